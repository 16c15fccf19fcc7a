using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using WildCam.Imaging;
using WildCam.Mqtt;
using WildCam.Wire;

namespace WildCam.Faults.Storage;

/// <summary>
/// Cameras that deliver small pictures through every break, as firmware does, without its patience: put off, they ask
/// again at once. Cheap beside the hub, so that a point takes seconds.
/// </summary>
sealed class Load : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    readonly Point _point;
    readonly List<ScriptedCamera> _cameras = [];
    readonly Func<int> _port;
    readonly byte[] _scene;
    readonly ConcurrentDictionary<string, TakenPicture> _taken = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<ushort, int> _postponed = new();
    int _receipted;
    int _sessions;

    Load(Point point, Func<int> port)
    {
        _point = point;
        _port = port;
        _scene = DrawScene(point.Chance);
    }

    /// <summary>Pictures that have their receipt.</summary>
    public int Receipted => Volatile.Read(ref _receipted);

    /// <summary>Pictures delivered so far, and those under way without an outcome.</summary>
    public IReadOnlyList<TakenPicture> Taken => [.. _taken.Values];

    public IReadOnlyList<ScriptedCamera> Cameras => _cameras;

    /// <summary>How often cameras were put off with this code.</summary>
    public int Postponed(ushort code) => _postponed.GetValueOrDefault(code);

    /// <summary>Cameras of a database, which find a hub at the port of the moment.</summary>
    public static async Task<Load> OfAsync(Point point, WorldDatabase database, int cameras, Func<int> port)
    {
        var load = new Load(point, port);
        for (var n = 1; n <= cameras; n++)
        {
            load._cameras.Add(await ScriptedCamera.RegisterAsync(database.Source, $"load-{n}"));
        }

        return load;
    }

    /// <summary>
    /// Delivers so many pictures of each camera; returns when all have their receipt. A later call goes on with new
    /// ones. What the camera says of a picture can be changed.
    /// </summary>
    public Task RunAsync(int picturesPerCamera, Action<ScriptedPicture, Begin>? change = null)
    {
        var first = _taken.Count / Math.Max(1, _cameras.Count);
        var seed = _point.Chance.Next();
        return Task.WhenAll(_cameras.Select((camera, index) => Task.Run(async () =>
        {
            var chance = new Random(unchecked(seed + index));
            for (var n = 1; n <= picturesPerCamera; n++)
            {
                var picture = Picture((ulong)(index + 1), (ulong)(first + n), chance);
                await DeliverAsync(camera, picture, change is null ? null : b => change(picture, b));
            }
        })));
    }

    /// <summary>Waits until so many pictures have their receipt, or until the delivery ended.</summary>
    public Task UntilAsync(int receipted, Task running, Func<string> complaint) => Wait.UntilAsync(
        () => Receipted >= receipted || running.IsCompleted, TimeSpan.FromSeconds(60),
        () => string.Create(CultureInfo.InvariantCulture, $"{Receipted} of {receipted} receipts\n{complaint()}"));

    /// <summary>A whole JPEG that no other is equal to, of up to some tens of kilobytes.</summary>
    public ScriptedPicture Picture(ulong spoolId, ulong counter, Random chance)
    {
        const int markerBytes = 4;
        var note = new byte[chance.Next(16, 50_000)];
        chance.NextBytes(note);
        var bytes = new byte[_scene.Length + markerBytes + note.Length];
        _scene.AsSpan(0, 2).CopyTo(bytes);
        bytes[2] = 0xff;
        bytes[3] = 0xfe; // A comment segment: decoders pass over it.
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)(note.Length + 2));
        note.CopyTo(bytes.AsSpan(6));
        _scene.AsSpan(2).CopyTo(bytes.AsSpan(6 + note.Length));
        return new ScriptedPicture(spoolId, counter, bytes);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var camera in _cameras)
        {
            await camera.DisposeAsync();
        }
    }

    async Task DeliverAsync(ScriptedCamera camera, ScriptedPicture picture, Action<Begin>? change)
    {
        var taken = new TakenPicture(
            camera.Code, Convert.ToHexStringLower(picture.DeviceCaptureId),
            Convert.ToHexStringLower(SHA256.HashData(picture.Bytes)), null);
        _taken[taken.DeviceCaptureId] = taken;
        while (true)
        {
            try
            {
                if (camera.Client is not { IsConnected: true })
                {
                    await camera.ConnectAsync(_port());
                    await camera.HelloAsync(session: (uint)Interlocked.Increment(ref _sessions));
                }

                if (await TryDeliverAsync(camera, picture, change) is { } outcome)
                {
                    _taken[taken.DeviceCaptureId] = taken with { Outcome = outcome };
                    Interlocked.Increment(ref _receipted);
                    return;
                }
            }
            catch (Exception fault) when (fault is MqttException or SocketException or IOException or TimeoutException)
            {
                // It connects and offers again.
            }

            await Task.Delay(Pause, _point.Cancellation);
        }
    }

    /// <summary>The outcome of the receipt; null where the camera was put off.</summary>
    async Task<byte?> TryDeliverAsync(ScriptedCamera camera, ScriptedPicture picture, Action<Begin>? change)
    {
        var (word, payload) = await camera.OfferAsync(picture, change);
        while (true)
        {
            if (word == Topics.Want && Want.TryRead(payload, 0, payload.Length, out var want) && IsOf(want))
            {
                await camera.SendWantedAsync(picture, want);
            }
            else if (word == Topics.Receipt && Receipt.TryRead(payload, 0, payload.Length, out var receipt)
                && (receipt.SpoolId, receipt.Counter) == (picture.SpoolId, picture.Counter))
            {
                return receipt.Outcome;
            }
            else if (word == Topics.Later && Later.TryRead(payload, 0, payload.Length, out var later)
                && (later.SpoolId, later.Counter) == (picture.SpoolId, picture.Counter))
            {
                _postponed.AddOrUpdate(later.Code, 1, (_, count) => count + 1);
                return null;
            }

            (word, payload) = await camera.HearAnyAsync(Topics.Want, Topics.Receipt, Topics.Later);
        }

        bool IsOf(Want want) =>
            (want.SpoolId, want.Counter, want.Attempt) == (picture.SpoolId, picture.Counter, (ushort)camera.Attempts);
    }

    static byte[] DrawScene(Random chance)
    {
        using var image = new PixelImage(320, 240, 3);
        for (var y = 0; y < image.Height; y++)
        {
            var row = image.Row(y);
            for (var x = 0; x < row.Length; x++)
            {
                row[x] = (byte)((x / 12 + y / 4 + chance.Next(12)) & 0xff);
            }
        }

        using var jpeg = JpegCodec.Encode(image, 80);
        return jpeg.Memory.ToArray();
    }
}
