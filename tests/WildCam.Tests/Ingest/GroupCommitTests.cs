using System.Buffers.Binary;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using WildCam.Hub.Ingest;
using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Ingest;

namespace WildCam.Tests.Ingest;

/// <summary>Groups of pictures at a database that does not take them at once.</summary>
public sealed class GroupCommitTests
{
    const int Pictures = 6;

    [Fact]
    public async Task Pictures_that_conflict_together_are_filed_one_by_one()
    {
        var groups = new List<int>();
        var filed = await FileAsync(captures =>
        {
            groups.Add(captures.Count);
            return captures.Count == 1 ? null : Fault(PostgresErrorCodes.DeadlockDetected);
        });
        Assert.All(filed, f => Assert.Equal(Filing.Stored, f.Filing));
        Assert.Equal(Pictures, groups.Count(size => size == 1));
        Assert.InRange(groups.Count(size => size == Pictures), 2, 10);
    }

    [Fact]
    public async Task A_picture_that_the_database_refuses_does_not_hold_up_the_others_of_its_group()
    {
        var filed = await FileAsync(captures =>
            captures.Any(c => c.SizeBytes == 3) ? Fault(PostgresErrorCodes.NotNullViolation) : null);
        Assert.Equal(
            Enumerable.Range(1, Pictures).Select(n => n == 3 ? Filing.Refused : Filing.Stored),
            filed.Select(f => f.Filing));
    }

    [Fact]
    public async Task A_picture_that_is_filed_finds_the_way_in_open_for_the_next_one()
    {
        var health = new IngestHealth();
        var workersAreTold = new TaskCompletionSource();
        var attempts = 0;
        var commit = Commit(
            _ => attempts++ == 0 ? Fault(PostgresErrorCodes.AdminShutdown) : null, health,
            _ => workersAreTold.Task);
        var filing = commit.FileAsync(Capture(1), TestContext.Current.CancellationToken);
        commit.Complete();
        var running = commit.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Filing.Stored, (await filing).Filing);
        Assert.Equal((2, null), (attempts, health.Database));
        workersAreTold.SetResult();
        await running;
    }

    [Fact]
    public async Task A_picture_that_is_refused_after_an_outage_does_not_keep_the_way_in_shut()
    {
        var health = new IngestHealth();
        var attempts = 0;
        var commit = Commit(
            _ => Fault(attempts++ == 0 ? PostgresErrorCodes.AdminShutdown : PostgresErrorCodes.NotNullViolation),
            health, _ => Task.CompletedTask);
        var filing = commit.FileAsync(Capture(1), TestContext.Current.CancellationToken);
        commit.Complete();
        await commit.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal((Filing.Refused, 2, null), ((await filing).Filing, attempts, health.Database));
    }

    /// <summary>Files pictures of 1, 2, 3 ... bytes in one group, at tables that fail as they are told.</summary>
    static async Task<FiledCapture[]> FileAsync(Func<IReadOnlyList<NewCapture>, PostgresException?> fault)
    {
        var commit = Commit(fault, new IngestHealth(), _ => Task.CompletedTask);
        var filing = Enumerable.Range(1, Pictures)
            .Select(n => commit.FileAsync(Capture(n), TestContext.Current.CancellationToken)).ToList();
        commit.Complete();
        await commit.RunAsync(TestContext.Current.CancellationToken);
        return await Task.WhenAll(filing);
    }

    static GroupCommit Commit(
        Func<IReadOnlyList<NewCapture>, PostgresException?> fault, IngestHealth health,
        Func<CancellationToken, Task> tellWorkers)
    {
        var tables = new IngestTables
        {
            FindForBegin = (_, _) => Task.FromResult<OfferedFacts[]>([]),
            File = (captures, _, _) => fault(captures) is { } failed
                ? Task.FromException<IReadOnlySet<Guid>>(failed)
                : Task.FromResult<IReadOnlySet<Guid>>(captures.Select(c => c.Id).ToHashSet()),
            FindByDeviceId = (_, _) => Task.FromResult<IReadOnlyList<KnownCapture>>([]),
            Quarantine = (_, _) => Task.CompletedTask,
            NoteAbandoned = (_, _) => Task.CompletedTask,
            TellWorkers = tellWorkers,
        };
        return new GroupCommit(
            tables, Options.Create(new IngestOptions()), health, new IngestMetrics(), TimeProvider.System,
            NullLogger<GroupCommit>.Instance);
    }

    static PostgresException Fault(string state) => new("made for the test", "ERROR", "ERROR", state);

    static NewCapture Capture(int number)
    {
        var id = new byte[16];
        BinaryPrimitives.WriteInt32BigEndian(id, number);
        return new NewCapture
        {
            Id = Guid.CreateVersion7(),
            DeviceCaptureId = id,
            ProjectId = 1,
            CameraId = 1,
            CapturedAt = DateTimeOffset.UnixEpoch,
            ReceivedAt = DateTimeOffset.UnixEpoch,
            ClockQuality = ClockQuality.Anchored,
            SizeBytes = number,
            Digest = id,
            Sha256 = new byte[32],
            BlobPath = $"test/{number}.jpg",
        };
    }
}
