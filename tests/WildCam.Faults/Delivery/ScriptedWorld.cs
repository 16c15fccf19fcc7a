using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Npgsql;
using WildCam.Mqtt;
using WildCam.Storage.Thumbnails;
using WildCam.Wire;

namespace WildCam.Faults.Delivery;

/// <summary>A picture on its way, as its scripted camera sees it.</summary>
sealed class Delivered(ScriptedCamera camera, ScriptedPicture picture)
{
    public ScriptedCamera Camera { get; } = camera;

    public ScriptedPicture Picture { get; } = picture;

    /// <summary>What the hub asked for last.</summary>
    public Want Want { get; set; } = new();

    public Receipt? Receipt { get; set; }

    public int Chunks => (Picture.Bytes.Length + ScriptedCamera.ChunkBytes - 1) / ScriptedCamera.ChunkBytes;

    public Task SendAllAsync() => Camera.SendWantedAsync(Picture, Want);

    public Task SendSomeAsync(int chunks) => Camera.SendWantedAsync(Picture, Want, chunks);

    /// <summary>Sends what is wanted until there is a receipt.</summary>
    public async Task<Receipt> FinishAsync()
    {
        await SendAllAsync();
        return await HearAsync();
    }

    /// <summary>Goes on as the hub says until there is a receipt.</summary>
    public async Task<Receipt> HearAsync()
    {
        while (true)
        {
            var (word, payload) = await Camera.HearAnyAsync(Topics.Want, Topics.Receipt);
            if (word == Topics.Receipt)
            {
                return Receipt = ScriptedCamera.ReadReceipt(payload);
            }

            Must.Hold(Want.TryRead(payload, 0, payload.Length, out var want), "The want cannot be read.");
            Want = want;
            await SendAllAsync();
        }
    }

    public TakenPicture Taken() => new(Camera, Picture, Receipt);
}

/// <summary>
/// A hub with a relay in front of its MQTT listener and one in front of its database, and cameras that do as the
/// scenario says.
/// </summary>
sealed partial class ScriptedWorld : IAsyncDisposable
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wildcam-scripted-");
    readonly List<ScriptedCamera> _cameras = [];
    readonly Point _point;
    ulong _counter;

    ScriptedWorld(Point point, WorldDatabase database)
    {
        _point = point;
        Database = database;
        var address = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        Postgres = new CuttingProxy(address.Port);
        address.Port = Postgres.Port;
        Connection = address.ConnectionString;
    }

    public WorldDatabase Database { get; }

    /// <summary>The way of all hubs to the database.</summary>
    public string Connection { get; }

    public CuttingProxy Postgres { get; }

    public WorldHub Hub { get; private set; } = null!;

    public CuttingProxy Mqtt { get; private set; } = null!;

    public IReadOnlyList<ScriptedCamera> Cameras => _cameras;

    public string DataFolder => Path.Combine(_folder.FullName, "data");

    public static async Task<ScriptedWorld> StartAsync(Point point, params (string Name, string Value)[] settings)
    {
        var world = new ScriptedWorld(point, await point.Server.CreateAsync());
        world.Hub = await WorldHub.StartAsync(world.Connection, world.DataFolder, settings);
        world.Mqtt = new CuttingProxy(world.Hub.MqttPort);
        return world;
    }

    /// <summary>The next hub, where the one that died was.</summary>
    public async Task StartHubAgainAsync()
    {
        await Hub.DisposeAsync();
        await Database.EndLeasesAsync();
        Hub = await Hub.StartAgainAsync();
    }

    /// <summary>Registers cameras; they are not connected yet.</summary>
    public async Task<IReadOnlyList<ScriptedCamera>> AddAsync(int count)
    {
        var added = new List<ScriptedCamera>();
        for (var i = 0; i < count; i++)
        {
            added.Add(await ScriptedCamera.RegisterAsync(Database.Source, $"scripted-{_cameras.Count + 1}"));
            _cameras.Add(added[^1]);
        }

        return added;
    }

    /// <summary>A registered camera that is connected and knows the time.</summary>
    public async Task<ScriptedCamera> ConnectAsync(bool direct = false)
    {
        var camera = (await AddAsync(1))[0];
        await ConnectAsync(camera, direct);
        return camera;
    }

    public async Task ConnectAsync(ScriptedCamera camera, bool direct = false)
    {
        await camera.ConnectAsync(direct ? Hub.MqttPort : Mqtt.Port);
        await camera.HelloAsync(session: (uint)camera.Attempts + 1);
    }

    /// <summary>A new picture of a size by chance, a JPEG file of several chunks.</summary>
    public ScriptedPicture Take(ScriptedCamera camera, int bytesMax = 120_000) => ScriptedPicture.Jpeg(
        (ulong)(500 + _cameras.IndexOf(camera)), ++_counter, _point.Chance.Next(40_000, bytesMax), _point.Chance);

    /// <summary>Connects the camera where it is not, and offers a new picture, which the hub wants.</summary>
    public async Task<Delivered> OfferAsync(ScriptedCamera camera, bool direct = false)
    {
        if (!camera.IsConnected)
        {
            await ConnectAsync(camera, direct);
        }

        var picture = new Delivered(camera, Take(camera));
        var (word, payload) = await camera.OfferAsync(picture.Picture);
        Must.Equal(Topics.Want, word, $"the answer to the offer of {camera.Code}");
        Must.Hold(Want.TryRead(payload, 0, payload.Length, out var want), "The want cannot be read.");
        picture.Want = want;
        return picture;
    }

    /// <summary>The camera connects again and offers the same picture once more.</summary>
    public async Task<(string Word, byte[] Payload)> OfferAgainAsync(Delivered picture)
    {
        picture.Camera.Abort();
        await ConnectAsync(picture.Camera);
        var answer = await picture.Camera.OfferAsync(picture.Picture);
        if (answer.Word == Topics.Want && Want.TryRead(answer.Payload, 0, answer.Payload.Length, out var want))
        {
            picture.Want = want;
        }

        return answer;
    }

    public Task<long> RowsAsync() => Database.ReadAsync<long>("select count(*) from captures");

    /// <summary>Pictures in the blob folder, whether or not a row names them.</summary>
    public int OriginalBlobs() => Directory
        .EnumerateFiles(Path.Combine(DataFolder, "blobs"), "*.jpg", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Path.Combine(DataFolder, "blobs"), f))
        .Count(f => !DerivedPaths.IsDerived(f) && !f.StartsWith("trash", StringComparison.Ordinal));

    /// <summary>A figure of the hub's metrics, e.g. wildcam_ingest_chunks and result="stale".</summary>
    public async Task<double> MetricAsync(string name, string labels = "")
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Hub.WebPort}") };
        var text = await client.GetStringAsync("/metrics", _point.Cancellation);
        return Figure().Matches(text)
            .Where(m => m.Groups["name"].Value.StartsWith(name, StringComparison.Ordinal)
                && m.Groups["labels"].Value.Contains(labels, StringComparison.Ordinal))
            .Sum(m => double.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture));
    }

    /// <summary>Lets the work end and checks everything.</summary>
    public async Task CheckAsync(IEnumerable<TakenPicture> taken)
    {
        await Database.SettleAsync(Timeout, () => Hub.Output);
        await Hub.StopAsync();
        List<TakenPicture> all = [.. taken];
        await new Invariants(Database, Path.Combine(DataFolder, "blobs")).CheckAsync(
            all, all.Where(t => t.Outcome is null).Select(t => t.DeviceCaptureId).ToHashSet());
    }

    public Task CheckAsync(IEnumerable<Delivered> pictures) => CheckAsync(pictures.Select(p => p.Taken()));

    public async ValueTask DisposeAsync()
    {
        foreach (var camera in _cameras)
        {
            try
            {
                await camera.DisposeAsync();
            }
            catch (Exception end) when (end is IOException or SocketException or MqttException)
            {
                // It was cut off.
            }
        }

        await Hub.DisposeAsync();
        await Mqtt.DisposeAsync();
        await Postgres.DisposeAsync();
        await Database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [GeneratedRegex(
        @"^(?<name>[a-z_]+)(\{(?<labels>[^}]*)\})? (?<value>\S+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Figure();
}
