namespace WildCam.Loader;

/// <summary>What the firmware's project writes at each build.</summary>
static class BuiltInStamp
{
    public const ulong Value = 1;
}
