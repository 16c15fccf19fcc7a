using WildCam.Wire;

namespace WildCam.Hub.Hosting;

/// <summary>What people call the boards.</summary>
static class BoardNames
{
    static readonly Dictionary<string, byte> Known = new(StringComparer.Ordinal)
    {
        ["simulator"] = Boards.Simulator,
        ["esp32-ov2640"] = Boards.Esp32Ov2640,
        ["esp32-psram-ov2640"] = Boards.Esp32PsramOv2640,
        ["esp32-s3-ov2640"] = Boards.Esp32S3Ov2640,
    };

    public static IEnumerable<string> All => Known.Keys;

    public static bool TryParse(string name, out byte board) => Known.TryGetValue(name, out board);

    public static string Of(byte board) =>
        Known.FirstOrDefault(b => b.Value == board).Key ?? $"board {board}";
}
