using System.Reflection;
using WildCam.Camera;
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

    /// <summary>No buffer is larger, in bytes.</summary>
    const int ArrayBytesMax = 8 * 1024;

    /// <summary>nanoCLR's heap block is 12 bytes; so is an object's or array's head, and a field.</summary>
    const int BlockBytes = 12;

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
        field.Sensor.Reading = () => peak = peak.Max(Census.Of(field.Brain, field));
        field.Trigger();
        field.Sensor.Reading = null;
        var steps = 0;
        field.Until(() =>
        {
            // A walk is slow; every 16th step sees every state of a delivery of hundreds of steps.
            peak = steps++ % 16 == 0 ? peak.Max(Census.Of(field.Brain, field)) : peak;
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
    public void The_bounds_of_brain_MQTT_and_bundle_add_up_to_less_than_the_heap_that_is_assumed()
    {
        // What M2Mqtt holds for a window of two chunks: each packet once in its queue, one once more while it is sent.
        const int packetBytes = 4096 + ChunkHeader.Bytes + 80;
        const int mqttBytes = 3 * packetBytes;
        // The loader and the libraries run from the flash, and TLS's 40 KB are native, out of the 100 KB left to it.
        var bundleBytes = Boards.BundleBytesMax(Boards.Esp32Ov2640);
        var sum = LiveBytesMax + mqttBytes + bundleBytes;
        output.WriteLine(
            $"brain {LiveBytesMax} + MQTT {mqttBytes} + bundle {bundleBytes} = {sum} of {HeapBytes} bytes");
        Assert.InRange(sum, LiveBytesMax, HeapBytes);
    }

    sealed record Census(int LiveBytes = 0, int Objects = 0, int LargestArray = 0)
    {
        public Census Max(Census other) => new(
            Math.Max(LiveBytes, other.LiveBytes), Math.Max(Objects, other.Objects),
            Math.Max(LargestArray, other.LargestArray));

        /// <summary>Everything that the brain reaches, except for the ports, which are the board's.</summary>
        public static Census Of(CameraBrain brain, Field field)
        {
            object[] ports =
            [
                field.Sensor, field.Store, field.Link, field.Clock, field.Board, field.Settings, field.Lamp,
                field.Light,
            ];
            var seen = new HashSet<object>(ports, ReferenceEqualityComparer.Instance);
            var waiting = new Stack<object>([brain]);
            var (live, objects, largest) = (0, 0, 0);
            while (waiting.TryPop(out var one))
            {
                if (one is IRandom or ICrc32 || !seen.Add(one))
                {
                    continue;
                }

                objects++;
                var bytes = Size(one, waiting);
                live += bytes;
                largest = one is Array ? Math.Max(largest, bytes) : largest;
            }

            return new Census(live, objects, largest);
        }

        static int Size(object one, Stack<object> waiting)
        {
            if (one is Array array)
            {
                var element = array.GetType().GetElementType()!;
                if (!element.IsPrimitive)
                {
                    foreach (var item in array.OfType<object>())
                    {
                        waiting.Push(item);
                    }
                }

                return BlockBytes + Round(array.Length * Width(element));
            }

            if (one is string text)
            {
                return BlockBytes + Round(text.Length + 1);
            }

            // A field is a heap block of its own on nanoCLR, whatever its type.
            var fields = one.GetType().GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
            foreach (var value in fields.Where(f => !f.FieldType.IsValueType).Select(f => f.GetValue(one)))
            {
                if (value is not null)
                {
                    waiting.Push(value);
                }
            }

            return BlockBytes + fields.Length * BlockBytes;
        }

        static int Width(Type element) => element.IsPrimitive
            ? System.Runtime.InteropServices.Marshal.SizeOf(element)
            : BlockBytes;

        static int Round(int bytes) => (bytes + BlockBytes - 1) / BlockBytes * BlockBytes;
    }
}
