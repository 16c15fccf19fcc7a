using Npgsql;
using WildCam.Storage.Captures;

namespace WildCam.Storage.Ingest;

/// <summary>
/// What the way in asks of the database, as functions: the tables' statements, or a simulation's store in memory that
/// fails when it is told to.
/// </summary>
public sealed record IngestTables
{
    /// <summary>See <see cref="DeliveriesTable.FindForBeginAsync"/>.</summary>
    public required Func<IReadOnlyList<OfferedCapture>, CancellationToken, Task<OfferedFacts[]>> FindForBegin
    {
        get; init;
    }

    /// <summary>See <see cref="IngestTransaction.FileAsync"/>.</summary>
    public required Func<IReadOnlyList<NewCapture>, short, CancellationToken, Task<IReadOnlySet<Guid>>> File
    {
        get; init;
    }

    /// <summary>See <see cref="CapturesTable.FindByDeviceIdAsync"/>.</summary>
    public required Func<byte[][], CancellationToken, Task<IReadOnlyList<KnownCapture>>> FindByDeviceId { get; init; }

    /// <summary>See <see cref="QuarantineTable.InsertAsync"/>.</summary>
    public required Func<QuarantineEntry, CancellationToken, Task> Quarantine { get; init; }

    /// <summary>See <see cref="AbandonedUploadsTable.NoteForSweepAsync"/>.</summary>
    public required Func<IReadOnlyCollection<AbandonedUpload>, CancellationToken, Task> NoteAbandoned { get; init; }

    /// <summary>See <see cref="IngestTransaction.TellWorkersAsync"/>.</summary>
    public required Func<CancellationToken, Task> TellWorkers { get; init; }

    /// <summary>The tables of a database.</summary>
    public static IngestTables Of(NpgsqlDataSource database)
    {
        var transaction = new IngestTransaction(database);
        return new IngestTables
        {
            FindForBegin = new DeliveriesTable(database).FindForBeginAsync,
            File = transaction.FileAsync,
            FindByDeviceId = new CapturesTable(database).FindByDeviceIdAsync,
            Quarantine = new QuarantineTable(database).InsertAsync,
            NoteAbandoned = new AbandonedUploadsTable(database).NoteForSweepAsync,
            TellWorkers = transaction.TellWorkersAsync,
        };
    }
}
