using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Tests.Camera;

/// <summary>
/// The brain's memory while it takes and uploads a picture of 2 MB in chunks of 4 KiB: what lives at once, as 32-bit
/// nanoFramework would hold it, and the largest array. Counted by walking everything that the brain can reach.
/// </summary>
public sealed class AllocationTests(ITestOutputHelper output)
{
    const int PictureBytes = 2_000_000;

    /// <summary>The brain's bound, without its code, in bytes.</summary>
    const int LiveBytesMax = 24 * 1024;

    /// <summary>The bound of the device's program, brain and ports, which its own test holds, in bytes.</summary>
    const int ProgramBytesMax = 32 * 1024;

    /// <summary>No buffer is larger, in bytes.</summary>
    const int ArrayBytesMax = 8 * 1024;

    /// <summary>
    /// What a board without PSRAM gives to managed code: nanoCLR takes the largest free block, at most what is free
    /// inside less 100 KB, which it leaves to Wi-Fi and TLS. On an ESP32 that block is at most about 110 KB: assumed.
    /// </summary>
    const int HeapBytes = 110 * 1024;

    [Fact]
    public void An_upload_of_2_MB_lives_in_24_KB_and_no_array_is_over_8_KiB()
    {
        var field = new Field { Sensor = { PictureBytes = PictureBytes } };
        field.Profile.PictureBytesMax = PictureBytes;
        field.Boot();
        var peak = new Census();
        field.Sensor.Reading = () => peak = peak.Max(Of(field));
        field.Trigger();
        field.Sensor.Reading = null;
        var steps = 0;
        field.Until(() =>
        {
            // A walk is slow; every 16th step sees every state of a delivery of hundreds of steps.
            peak = steps++ % 16 == 0 ? peak.Max(Of(field)) : peak;
            return field.Hub.Stored.Count == 1;
        });
        Assert.Equal(PictureBytes, field.Hub.Stored.Values.Single().Bytes.Length);
        Assert.True(field.Brain.ChunkCount >= PictureBytes / 4096);
        output.WriteLine(
            $"live {peak.LiveBytes} of {LiveBytesMax} bytes, {peak.Objects} objects, largest array "
            + $"{peak.LargestArray} of {ArrayBytesMax} bytes");
        Assert.InRange(peak.LargestArray, 4096, ArrayBytesMax);
        Assert.InRange(peak.LiveBytes, 2 * 4096, LiveBytesMax);
    }

    /// <summary>Everything that the brain reaches, except for the ports, which are the board's.</summary>
    static Census Of(Field field) => Census.Of(
        field.Brain,
        one => one is ISensor or ISpoolStore or ILink or IClock or IPower or ISettings or ISlotStore or ILamp or ILight
            or IRandom or ICrc32);

    [Fact]
    public void A_step_of_an_upload_makes_no_more_than_a_messages_worth_of_garbage()
    {
        var field = new Field { Sensor = { PictureBytes = PictureBytes } };
        field.Profile.PictureBytesMax = PictureBytes;
        field.Boot();
        field.Trigger();
        field.Until(() => field.Brain.ChunkCount > 100);
        // The world around the brain allocates; a link that refuses everything leaves the brain alone.
        field.Link.IsStuck = true;
        field.Brain.Step(field.Now);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            field.Brain.Step(field.Now);
        }

        var bytesAStep = (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
        output.WriteLine($"{bytesAStep} bytes a step");
        Assert.InRange(bytesAStep, 0, 512);
    }

    [Fact]
    public void Without_PSRAM_program_and_MQTT_fit_the_heap_and_a_loaded_bundle_does_not_so_there_is_none()
    {
        // What M2Mqtt holds for a window of two chunks: each packet once in its queue, one once more while it is sent.
        const int packetBytes = 4096 + ChunkHeader.Bytes + 80;
        const int mqttBytes = 3 * packetBytes;
        // WildCam.Wire, WildCam.Camera and WildCam.Esp32, converted for nanoFramework 1.x: UPDATES.md has the sizes.
        const int codeBytes = 16_180 + 42_704 + 24_312;
        // From the flash run the loader, the libraries and a program that came over USB. TLS's 40 KB are native, out of
        // the 100 KB left to it.
        const int bytes = ProgramBytesMax + mqttBytes;
        output.WriteLine(
            $"program {ProgramBytesMax} + MQTT {mqttBytes} = {bytes}, with a bundle of {codeBytes} "
            + $"{bytes + codeBytes} of {HeapBytes} bytes");
        Assert.InRange(bytes, ProgramBytesMax, HeapBytes);
        Assert.InRange(bytes + codeBytes, HeapBytes + 1, int.MaxValue);
        Assert.Equal(0, Boards.BundleBytesMax(Boards.Esp32Ov2640));
        Assert.InRange(codeBytes, 1, Boards.BundleBytesMax(Boards.Esp32PsramOv2640));
    }
}
