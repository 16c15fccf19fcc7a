using System.Collections.Concurrent;
using System.Threading.Channels;
using Npgsql;
using WildCam.Storage;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Hosting;

/// <summary>
/// Writes down what cameras tried and might not, beside the connections. One row a minute for the same camera and
/// action, or a few where each tells of another picture, so that a stubborn client fills no table; the counters count
/// every one.
/// </summary>
sealed partial class CameraAudit(NpgsqlDataSource database, TimeProvider time, ILogger<CameraAudit> log)
    : BackgroundService
{
    const int WaitingMax = 256;

    /// <summary>Rows a minute, all cameras together.</summary>
    const int RowsPerMinuteMax = 120;

    /// <summary>Rows a minute about pictures of one camera that were refused in the same way.</summary>
    public const int PicturesPerMinuteMax = 10;

    const int SubjectCharsMax = 64;
    const int DetailCharsMax = 256;

    readonly CameraAuditTable _table = new(database);
    readonly ConcurrentDictionary<(string Action, string Subject, string Detail), bool> _thisMinute = new();
    readonly Channel<Entry> _entries = Channel.CreateBounded<Entry>(
        new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    long _minute;

    /// <summary>Adds a row, if this camera had none of this action in this minute.</summary>
    public void Add(string action, string subject, Camera? camera, string detail) =>
        Add(action, subject, camera, detail, key: "");

    /// <summary>Adds a row about a picture, if there was none in this minute and not too many about others.</summary>
    public void AddPicture(string action, Camera camera, string detail) =>
        Add(action, camera.Code, camera, detail, detail);

    void Add(string action, string subject, Camera? camera, string detail, string key)
    {
        var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
        if (Interlocked.Exchange(ref _minute, minute) != minute)
        {
            _thisMinute.Clear();
        }

        var named = Cut(subject, SubjectCharsMax);
        if (_thisMinute.Count < RowsPerMinuteMax && CountOf(action, named) < PicturesPerMinuteMax
            && _thisMinute.TryAdd((action, named, key), true))
        {
            _entries.Writer.TryWrite(new Entry(action, named, camera, Cut(detail, DetailCharsMax)));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var entry in _entries.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await _table.InsertAsync(entry.Action, entry.Subject, entry.Camera, entry.Detail, stoppingToken);
            }
            catch (Exception fault) when (DatabaseFault.Is(fault))
            {
                WriteFailed(log, entry.Action, entry.Subject, fault.Message);
            }
        }
    }

    // Over as many as there may be rows in a minute.
    int CountOf(string action, string subject)
    {
        var count = 0;
        foreach (var ((otherAction, otherSubject, _), _) in _thisMinute)
        {
            count += otherAction == action && otherSubject == subject ? 1 : 0;
        }

        return count;
    }

    // NUL is no text to PostgreSQL, and control characters no joy in a log.
    static string Cut(string text, int charsMax) => string.Create(
        Math.Min(text.Length, charsMax), text, static (target, from) =>
        {
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = from[i] is < ' ' or > '~' ? '?' : from[i];
            }
        });

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Audit of {Action} for {Subject} could not be written: {Reason}")]
    static partial void WriteFailed(ILogger logger, string action, string subject, string reason);

    sealed record Entry(string Action, string Subject, Camera? Camera, string Detail);
}
