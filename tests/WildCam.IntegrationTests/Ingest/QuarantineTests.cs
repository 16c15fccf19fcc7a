using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using WildCam.Storage.Accounts;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Ingest;

public sealed class QuarantineTests(RunningHub running) : IClassFixture<RunningHub>
{
    [Fact]
    public async Task A_quarantined_picture_is_taken_up_again_once_a_person_accepts_it()
    {
        await using var camera = await running.ConnectAsync("held-1");
        await camera.HelloAsync();
        var picture = ScriptedPicture.Random(31, 1, 50_000) with { Digest = new byte[32] };
        Assert.Equal(ReceiptOutcomes.Quarantined, (await camera.DeliverAsync(picture)).Outcome);
        var entry = await running.Database.ReadAsync<Guid>(
            "select id from quarantine_entries where device_capture_id = $1", picture.DeviceCaptureId);
        using var admin = await AdminAsync();

        using var asked = await admin.PostAsJsonAsync($"/api/v1/quarantine/{entry}/reprocess", new { });
        Assert.Equal(HttpStatusCode.Conflict, asked.StatusCode);
        Assert.Contains("still-damaged", await asked.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var taken = await admin.PostAsJsonAsync(
            $"/api/v1/quarantine/{entry}/reprocess", new { acceptDamaged = true });
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        var path = await running.Database.ReadAsync<string>(
            "select blob_path from captures where device_capture_id = $1", picture.DeviceCaptureId);
        Assert.Equal(picture.Bytes, await File.ReadAllBytesAsync(running.BlobFile(path)));

        using var again = await admin.PostAsJsonAsync(
            $"/api/v1/quarantine/{entry}/reprocess", new { acceptDamaged = true });
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Equal(ReceiptOutcomes.Duplicate, (await camera.DeliverAsync(picture)).Outcome);
    }

    async Task<HttpClient> AdminAsync()
    {
        await using var connection = await running.Database.Source.OpenConnectionAsync();
        var account = await AccountsTable.InsertAsync(
            connection, "quarantine@example.org", "Admin", null, isAdmin: true, CancellationToken.None);
        var token = await new ApiTokensTable(running.Database.Source).CreateAsync(
            account!.Value, "test", TimeSpan.FromHours(1), CancellationToken.None);
        var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{running.Hub.WebPort}") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token!.Value.Text);
        return http;
    }
}
