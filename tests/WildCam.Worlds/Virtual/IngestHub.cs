using System.Buffers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Hub.Ingest;
using WildCam.Mqtt;
using WildCam.Wire;

namespace WildCam.Worlds.Virtual;

/// <summary>
/// The hub's own way in, as it ships: words, assemblies, desk, door and group commit, in the field's time and over a
/// store in memory. The other words of the wire the model answers.
/// </summary>
sealed class IngestHub
{
    const string Code = "cam-1";

    static readonly WildCam.Storage.Cameras.Camera Camera = new(1, 1, "demo", Code, "Camera 1", null, 3600, null);

    readonly Field _field;
    readonly TurnContext _turn = new();
    Life _life;

    public IngestHub(Field field)
    {
        _field = field;
        Store = new IngestStore(field);
        _life = new Life(this);
        field.Hears = Received;
    }

    public IngestStore Store { get; }

    public int Deaths { get; private set; }

    /// <summary>Chance that a chunk has a flipped bit when it comes.</summary>
    public double DamageChance { get; set; }

    public int Damaged { get; private set; }

    /// <summary>Dies at once and comes back: only the store stays, and the connection is gone.</summary>
    public void Restart()
    {
        Deaths++;
        _life.IsAlive = false;
        _field.Link.Disconnect(false);
        _life = new Life(this);
    }

    void Received(string word, string route, byte[] message)
    {
        var life = _life;
        if (!life.Words.TryGetValue(word, out var known))
        {
            _field.Hub.Received(word, route, message);
            return;
        }

        if (word == Topics.Chunk && _field.Chance.NextDouble() < DamageChance)
        {
            Damaged++;
            message = [.. message];
            message[_field.Chance.Next(ChunkHeader.Bytes, message.Length)] ^= (byte)(1 << _field.Chance.Next(8));
        }

        _turn.Run(() => known.Receive(
            life.Link(),
            new MqttPublication(
                Topics.Up(Code, word), new ReadOnlySequence<byte>(message), MqttQos.AtLeastOnce, 1, false, false)));
        Must.Hold(Store.Broken.Count == 0, $"Seed {_field.Seed}: {string.Join('\n', Store.Broken)}");
    }

    /// <summary>One process, from its start to its death.</summary>
    sealed class Life
    {
        readonly IngestHub _hub;
        readonly IngestOptions _options = new() { LaterSeconds = 5 };
        CameraLink? _link;
        int _connection = -1;

        public Life(IngestHub hub)
        {
            _hub = hub;
            var field = hub._field;
            var time = new VirtualTime(field, hub._turn.Run, () => IsAlive);
            var options = Options.Create(_options);
            var health = new IngestHealth();
            var metrics = new IngestMetrics();
            var tables = hub.Store.Tables(time, () => IsAlive);
            var blobs = hub.Store.Open(time, () => IsAlive);
            var commit = new GroupCommit(tables, options, health, metrics, time, new Alarm<GroupCommit>(hub.Store));
            var door = new CaptureDoor(
                blobs, commit, tables, health, metrics, time, NullLogger<CaptureDoor>.Instance);

            // Nobody reads this audit: its source is never opened.
            var audit = new CameraAudit(
                NpgsqlDataSource.Create("Host=nowhere.invalid"), time, NullLogger<CameraAudit>.Instance);
            var deliveries = new Deliveries(
                options, blobs, health, metrics, audit, time, NullLogger<Deliveries>.Instance);
            var desk = new DeliveryDesk(
                deliveries, door, commit, tables, options, health, metrics, time, new Alarm<DeliveryDesk>(hub.Store));
            Words = new ICameraWord[]
            {
                new BeginWord(deliveries, metrics, options), new ChunkWord(deliveries, metrics, time),
                new EndWord(deliveries),
            }.ToDictionary(w => w.Word, StringComparer.Ordinal);
            hub._turn.Run(() =>
            {
                _ = commit.RunAsync(CancellationToken.None);
                _ = desk.LookUpAllAsync(CancellationToken.None);
                _ = desk.StoreAllAsync(CancellationToken.None);
                _ = desk.StoreAllAsync(CancellationToken.None);
                _ = desk.ExpireAllAsync(CancellationToken.None);
            });
        }

        public bool IsAlive { get; set; } = true;

        public Dictionary<string, ICameraWord> Words { get; }

        /// <summary>The connection that the camera has now.</summary>
        public CameraLink Link()
        {
            if (_link is null || _connection != _hub._field.Link.Connects)
            {
                var connection = _connection = _hub._field.Link.Connects;
                _link = new CameraLink(
                    Camera, new StubConnection((topic, payload) => Send(connection, topic, payload)));
            }

            return _link;
        }

        bool Send(int connection, string topic, byte[] payload)
        {
            var field = _hub._field;
            if (!IsAlive || connection != field.Link.Connects)
            {
                return false;
            }

            var word = topic[(topic.LastIndexOf('/') + 1)..];
            if (word == Topics.Later && Later.TryRead(payload, 0, payload.Length, out var later))
            {
                // The hub throws dice that no seed decides; the field throws them again.
                later.Seconds = (uint)(_options.LaterSeconds + field.Chance.Next(_options.LaterSeconds + 1));
                later.Write(payload, 0);
            }

            field.Link.Deliver(word, payload);
            return true;
        }
    }

    /// <summary>An error in the hub's log is a bug.</summary>
    sealed class Alarm<T>(IngestStore store) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
            {
                store.Broken.Add($"{formatter(state, exception)}: {exception}");
            }
        }
    }
}
