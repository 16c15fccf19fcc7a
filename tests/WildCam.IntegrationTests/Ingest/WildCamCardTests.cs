using WildCam.Camera.Ports;
using WildCam.Hub.Ingest;
using WildCam.Storage.Blobs;
using WildCam.Wire;
using WildCam.Worlds.Virtual;

namespace WildCam.IntegrationTests.Ingest;

/// <summary>A card that was taken out of a WildCam camera.</summary>
public sealed class WildCamCardTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wildcam-card-");

    [Fact]
    public async Task A_card_imports_under_the_ids_that_the_camera_gave()
    {
        await using var camera = await ScriptedCamera.RegisterAsync(database.Source, "wild-1");
        var card = Card(3);
        var first = await ImportAsync("wild-1");
        Assert.Equal((3, 3, 0, 0), (first.Files, first.Stored, first.Duplicates, first.Refusals.Count));
        var second = await ImportAsync("wild-1");
        Assert.Equal((3, 0, 3, 0), (second.Files, second.Stored, second.Duplicates, second.Refusals.Count));
        foreach (var (footer, bytes) in card)
        {
            var id = CapturePath.DeviceCaptureId(footer.SpoolId, footer.Counter);
            var path = await database.ReadAsync<string>("""
                select c.blob_path from captures c join capture_identities i on i.id = c.id
                where i.device_capture_id = $1 and c.source = 2 and c.trigger = 1
                """, id);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(
                Path.Combine(_folder.FullName, "blobs", path), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_damaged_file_is_refused_with_its_reason_and_the_others_come_in()
    {
        await using var camera = await ScriptedCamera.RegisterAsync(database.Source, "wild-2");
        Card(2);
        var file = Directory.EnumerateFiles(
            Path.Combine(_folder.FullName, "card"), "*.jpg", SearchOption.AllDirectories).First();
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[500] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        var report = await ImportAsync("wild-2");
        Assert.Equal((1, 1), (report.Stored, report.Refusals.Count));
        Assert.Contains("damaged on the card", report.Refusals[0].Reason);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>A card as the firmware's brain writes it, offline, into a folder.</summary>
    List<(SpoolFooter Footer, byte[] Bytes)> Card(int pictures)
    {
        var field = new Field(Environment.TickCount) { Link = { IsUnreachable = true }, Sensor = { IsJpeg = true } };
        field.Profile.HardwareAddress[5] = (byte)pictures;
        field.Boot();
        field.Trigger(pictures);
        foreach (var (name, file) in field.Store.Files.Where(f => f.Key.Area == StoreAreas.Spool))
        {
            var path = Path.Combine(
                _folder.FullName, "card", StorePaths.File(name.Area, name.Number));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, file);
        }

        var ledger = Path.Combine(_folder.FullName, "card", StorePaths.File(StoreAreas.Ledger, 1));
        Directory.CreateDirectory(Path.GetDirectoryName(ledger)!);
        File.WriteAllBytes(ledger, [1, 2, 3]);
        return field.Spooled();
    }

    Task<ImportReport> ImportAsync(string camera) => ImportRun.ImportAsync(
        database.Source, new FolderBlobStore(Path.Combine(_folder.FullName, "blobs"), TimeProvider.System),
        new IngestOptions(), Path.Combine(_folder.FullName, "card"), camera, null,
        TestContext.Current.CancellationToken)!;
}
