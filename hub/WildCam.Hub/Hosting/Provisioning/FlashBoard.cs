using WildCam.Wire;

namespace WildCam.Hub.Hosting.Provisioning;

/// <summary>A board that the firmware runs on, as its set-up file and nanoff call it.</summary>
/// <param name="Name">In the set-up file.</param>
/// <param name="Target">The image of nanoFramework for it; the first where there are several.</param>
/// <param name="Board">A value of <see cref="Boards"/>.</param>
/// <param name="Says">What it is, for people.</param>
sealed record FlashBoard(string Name, string Target, byte Board, string Says)
{
    public static IReadOnlyList<FlashBoard> All { get; } =
    [
        new("devkit", "ESP32_REV3", Boards.Esp32Ov2640, "ESP32 DevKit with WROOM-32"),
        new("devkit-psram", "ESP32_PSRAM_REV3", Boards.Esp32PsramOv2640, "ESP32 DevKit with WROVER"),
        new("s3", "ESP32_S3_QUAD", Boards.Esp32S3Ov2640, "ESP32-S3 DevKitC with 8 MB flash"),
    ];

    public static FlashBoard? Find(string name) => All.FirstOrDefault(b => b.Name == name);
}
