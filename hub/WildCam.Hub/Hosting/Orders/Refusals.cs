using WildCam.Wire;

namespace WildCam.Hub.Hosting.Orders;

/// <summary>Why a camera did not do as it was told, in a sentence for people.</summary>
static class Refusals
{
    public static string Sentence(ushort code) => code switch
    {
        RefusalCodes.OutOfRange => "The value is outside of its range.",
        RefusalCodes.NotSupported => "This firmware or board cannot do it.",
        RefusalCodes.UnknownKind => "Its firmware does not know this command.",
        RefusalCodes.Sensor => "The sensor gave no picture.",
        RefusalCodes.Store => "The card took no bytes.",
        RefusalCodes.Busy => "Too many commands wait on the camera already.",
        RefusalCodes.NoLoader => "There is no loader on this board that could install firmware.",
        RefusalCodes.Settings => "The camera could not write its settings.",
        RefusalCodes.NoSuchFrame => "The full picture is no longer on the card.",
        _ => $"The camera refused it with code {code}.",
    };
}
