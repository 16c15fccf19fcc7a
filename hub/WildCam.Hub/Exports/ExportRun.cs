using WildCam.Storage.Blobs;
using WildCam.Storage.Exports;
using WildCam.Storage.Imports;

namespace WildCam.Hub.Exports;

/// <summary>What an export came to.</summary>
public readonly record struct WrittenExport(long Rows, long LeftOut, long Bytes);

/// <summary>Writes a project's data into the blob store, for the job and for the command line.</summary>
static class ExportRun
{
    static readonly IExportFormat[] Formats =
    [
        new CamtrapPackage(), new ObservationsCsv(), new DarwinCoreArchive(), new GeoJsonFile(), new MegaDetectorFile(),
        new MicrosoftList(), new SpeciesNetFile(),
    ];

    /// <summary>Writes the parts of an export; <paramref name="progress"/> is told rows done and rows in all.</summary>
    /// <exception cref="ExportException">The project cannot be told in this format.</exception>
    /// <exception cref="BlobStoreException">The store refused or did not answer.</exception>
    public static async Task<WrittenExport> WriteAsync(
        ExportRowsTable rows, PackagesTable packages, IBlobStore blobs, Guid id, int projectId, ExportWish wish,
        string address, DateTimeOffset now, Func<long, long, Task> progress, CancellationToken cancellationToken)
    {
        var format = Array.Find(Formats, f => f.Name == wish.Format)
            ?? throw new ExportException($"This hub knows no format '{wish.Format}'.");
        var project = await rows.FindProjectAsync(projectId, cancellationToken)
            ?? throw new ExportException("The project is gone.");
        var about = 0L;
        var source = await ExportSource.OpenAsync(
            rows, packages, project, wish, address, now, seen => progress(seen, about), cancellationToken);
        about = await rows.CountCapturesAsync(source.Span, cancellationToken) * Math.Max(1, format.Passes);
        await progress(0, about);
        await using var target = new PartsWriter(blobs, id);
        await format.WriteAsync(source, target, cancellationToken);
        var bytes = await target.FinishAsync(cancellationToken);
        return new WrittenExport(source.Rows, source.LeftOut, bytes);
    }

    /// <summary>Opens what was written.</summary>
    public static Stream Open(IBlobStore blobs, Guid id, long bytes) =>
        new PartsStream(blobs, id, bytes, PartsWriter.PartBytes);

    /// <summary>Deletes what there is of a file.</summary>
    public static async Task DeleteAsync(IBlobStore blobs, Guid id, CancellationToken cancellationToken)
    {
        var parts = new List<string>();
        await foreach (var part in blobs.ListAsync(PartsWriter.Folder(id), cancellationToken))
        {
            parts.Add(part.Path);
        }

        foreach (var part in parts)
        {
            await blobs.DeleteAsync(part, cancellationToken);
        }
    }
}
