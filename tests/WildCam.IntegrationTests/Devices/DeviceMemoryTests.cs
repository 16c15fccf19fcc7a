using System.Device.Gpio;
using System.Security.Cryptography;
using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Esp32;
using WildCam.SimulatedHardware;
using WildCam.Wire;
using WildCam.Worlds.Virtual;

namespace WildCam.IntegrationTests.Devices;

/// <summary>
/// The memory of the device program, its ports included, while it takes a picture as large as its camera can give and
/// uploads one of 2 MB in chunks of 4 KiB to a real hub: what lives at once, as 32-bit nanoFramework would hold it, and
/// the largest array. Objects of nanoFramework's own libraries are not counted: pins, buses, files, M2Mqtt.
/// </summary>
public sealed class DeviceMemoryTests(ITestOutputHelper output)
{
    const int OldPictureBytes = 2_000_000;

    /// <summary>The camera's FIFO, less what it fills up with before and behind the picture.</summary>
    const int NewPictureBytes = ArduCamSensor.FifoBytes - 64;

    /// <summary>The brain's bound, and the whole program's with the longest certificate, in bytes.</summary>
    const int BrainBytesMax = 24 * 1024;
    const int LiveBytesMax = 32 * 1024;
    const int ArrayBytesMax = 8 * 1024;

    /// <summary>A walk is slow; every 16th message sees every state of an upload of hundreds.</summary>
    const int MessagesAWalk = 16;

    [Fact]
    public async Task An_upload_of_2_MB_lives_in_24_KB_and_in_32_with_all_ports_and_no_array_is_over_8_KiB()
    {
        await using var field = await DeviceField.StartAsync(seed: 21);
        var board = field.Board;
        var old = Jpeg(OldPictureBytes, 1);
        await board.DoAsync(() => KeepOnCard(old));
        var fresh = Jpeg(NewPictureBytes, 2);
        Device? device = null;
        var (brain, peak) = (new Census(), new Census());
        var messages = 0;
        var authorityBytes = 0;
        board.Camera.Picture = _ => fresh;
        board.Published = (_, _) =>
        {
            // On the program's own thread, in the middle of its step.
            if (messages++ % MessagesAWalk == 0)
            {
                brain = brain.Max(Census.Of(device!.Brain, one => IsForeign(one) || IsPort(one)));
                peak = peak.Max(Census.Of(device, IsForeign));
            }
        };
        var end = await board.RunAsync(WakeKind.Motion, () =>
        {
            var given = SetUpFile.Load();
            authorityBytes = given.Authority.Length;
            var crc = new NativeCrc();
            var gpio = new GpioController();
            var record = new WakeRecord(crc, isPending: false);
            var power = new BoardPower(given.Pins, given.Battery, record);
            device = new Device(given, Slots.NoLoader, crc, gpio, record, power, new LightPin(given.Pins, gpio));
            device.Run();
        }).WaitAsync(TimeSpan.FromMinutes(3));
        Assert.True(end.Fault is null, end.Fault?.ToString());
        Assert.Equal((1, 1), (await StoredAsync(field, old), await StoredAsync(field, fresh)));
        Assert.Equal(0, field.Spooled);
        Assert.True(messages > (OldPictureBytes + NewPictureBytes) / 4096, $"{messages} messages");
        output.WriteLine(
            $"the brain {brain.LiveBytes} of {BrainBytesMax} bytes, with its ports {peak.LiveBytes} of {LiveBytesMax}, "
            + $"{peak.Objects} objects, largest array {peak.LargestArray} of {ArrayBytesMax}");
        Assert.InRange(peak.LargestArray, 4096, ArrayBytesMax);
        Assert.InRange(brain.LiveBytes, 2 * 4096, BrainBytesMax);
        Assert.InRange(
            peak.LiveBytes, brain.LiveBytes, LiveBytesMax - (SetUpFile.AuthorityBytesMax - authorityBytes));
    }

    static bool IsPort(object one) => one.GetType().Namespace == "WildCam.Esp32";

    static bool IsForeign(object one) =>
        one is not (Array or string) && one.GetType().Namespace is not ("WildCam.Esp32" or "WildCam.Camera"
            or "WildCam.Camera.Ports" or "WildCam.Wire");

    static Task<long> StoredAsync(DeviceField field, byte[] picture) => field.World.Database.ReadAsync<long>(
        "select count(*) from captures where sha256 = $1", SHA256.HashData(picture));

    // As a firmware for a larger camera left it there.
    static bool KeepOnCard(byte[] picture)
    {
        var file = new PictureFile(new CardStore(DevKitBoard.Pins()), new NativeCrc(), OldPictureBytes);
        Assert.True(file.Open(StoreAreas.Spool, 1));
        foreach (var block in picture.Chunk(Protocol.BlockBytes))
        {
            Assert.True(file.Append(block, block.Length));
        }

        return file.Finish(new SpoolFooter
        {
            SpoolId = 77, Counter = 1, Trigger = Triggers.Motion, BurstIndex = 1, BurstCount = 1, ClockEpoch = 1,
        });
    }

    /// <summary>A JPEG of so many bytes: comments of chance, and no image in it.</summary>
    static byte[] Jpeg(int bytes, int seed)
    {
        const int commentBytesMax = 65_535;
        var jpeg = new byte[bytes];
        new Random(seed).NextBytes(jpeg);
        // The end marker, which the camera's driver looks for, comes once.
        for (var i = 0; i < bytes; i++)
        {
            jpeg[i] = jpeg[i] is 0xFF or 0xD9 ? (byte)0 : jpeg[i];
        }

        (jpeg[0], jpeg[1], jpeg[^2], jpeg[^1]) = (0xFF, 0xD8, 0xFF, 0xD9);
        for (var at = 2; at < bytes - 2;)
        {
            var length = Math.Min(commentBytesMax, bytes - 4 - at);
            (jpeg[at], jpeg[at + 1]) = (0xFF, 0xFE);
            (jpeg[at + 2], jpeg[at + 3]) = ((byte)(length >> 8), (byte)length);
            at += length + 2;
        }

        return jpeg;
    }
}
