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

    /// <summary>Files pictures of 1, 2, 3 ... bytes in one group, at tables that fail as they are told.</summary>
    static async Task<FiledCapture[]> FileAsync(Func<IReadOnlyList<NewCapture>, PostgresException?> fault)
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
            TellWorkers = _ => Task.CompletedTask,
        };
        var commit = new GroupCommit(
            tables, Options.Create(new IngestOptions()), new IngestHealth(), new IngestMetrics(), TimeProvider.System,
            NullLogger<GroupCommit>.Instance);
        var filing = Enumerable.Range(1, Pictures)
            .Select(n => commit.FileAsync(Capture(n), TestContext.Current.CancellationToken)).ToList();
        commit.Complete();
        await commit.RunAsync(TestContext.Current.CancellationToken);
        return await Task.WhenAll(filing);
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
