using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using WildCam.IntegrationTests.Hosting;
using WildCam.Storage;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Fleet;

/// <summary>Firmware comes into the catalogue only as its publisher signed it.</summary>
public sealed class FirmwareApiTests(TestHub hub) : IClassFixture<TestHub>, IAsyncLifetime
{
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    string _project = "";
    HttpClient _manager = null!;
    HttpClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _project = "p" + Guid.NewGuid().ToString("n")[..12];
        var id = await hub.AddProjectAsync(_project);
        _manager = hub.ClientOf((await hub.AddPersonAsync(isAdmin: false, (id, Role.Manager))).Token);
        _admin = hub.ClientOf((await hub.AddPersonAsync(isAdmin: true)).Token);
        await hub.Database.RunAsync("delete from firmware where board in (1, 2)");
        var trusted = await TrustAsync("Publisher " + _project, _key.ExportSubjectPublicKeyInfoPem());
        Assert.Equal(HttpStatusCode.NoContent, trusted.StatusCode);
    }

    public ValueTask DisposeAsync()
    {
        _key.Dispose();
        _manager.Dispose();
        _admin.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_signed_bundle_is_listed_with_its_facts_and_stored_as_a_blob()
    {
        var bundle = TestFirmware.Make(_key, new Version(1, 5, 0));
        var (status, answer) = await UploadAsync(bundle, notes: "Fewer blank pictures.");
        Assert.Equal(HttpStatusCode.Created, status);
        var listed = (await _manager.GetFromJsonAsync<JsonArray>(Address))!.Single(
            f => (string?)f!["version"] == "1.5.0")!;
        Assert.Equal(
            ("simulator", "1.0", "Fewer blank pictures.", bundle.Length),
            ((string?)listed["board"], (string?)listed["oldestLoader"], (string?)listed["notes"],
                (int)listed["sizeBytes"]!));
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bundle));
        Assert.Equal(sha256, (string?)answer["sha256"]);
        Assert.Equal(bundle, await File.ReadAllBytesAsync(Path.Combine(hub.BlobFolder, "firmware", sha256 + ".wcb")));
        Assert.Equal(1L, await hub.Database.ReadAsync<long>(
            "select count(*) from audit_entries where action = 'firmware.add' and after->>'sha256' = $1", sha256));
        Assert.Equal(HttpStatusCode.OK, (await UploadAsync(bundle)).Status);
    }

    [Fact]
    public async Task What_was_tampered_with_or_is_of_somebody_else_is_refused()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var bundle = TestFirmware.Make(_key, new Version(1, 5, 1));
        var changed = bundle.ToArray();
        changed[^1] ^= 1;
        await RefusedAsync(changed, "it was changed, or somebody else made it");
        await RefusedAsync(bundle[..^10], "it was changed, or somebody else made it");
        await RefusedAsync(TestFirmware.Make(stranger, new Version(1, 5, 1)), "somebody else made it");
        await RefusedAsync([1, 2, 3], "It is no bundle");
        await RefusedAsync(new byte[1_048_577], "over BundleBytesMax");
        Assert.DoesNotContain(
            (await _manager.GetFromJsonAsync<JsonArray>(Address))!, f => (string?)f!["version"] == "1.5.1");
    }

    [Fact]
    public async Task A_board_that_nobody_knows_or_that_takes_none_over_the_air_is_refused()
    {
        var bundle = TestFirmware.Make(_key, new Version(1, 5, 2));
        bundle[6] = 99;
        await RefusedAsync(bundle, "It is for board 99, which this hub does not know.");
        bundle[6] = Boards.Esp32Ov2640;
        await RefusedAsync(
            bundle, "Board esp32-ov2640 has no memory for a loaded bundle: it is updated over USB only.");
    }

    [Fact]
    public async Task An_older_version_is_taken_only_where_that_is_said_and_other_bytes_never()
    {
        await UploadAsync(TestFirmware.Make(_key, new Version(2, 0, 0), Boards.Esp32PsramOv2640));
        var older = TestFirmware.Make(_key, new Version(1, 9, 0), Boards.Esp32PsramOv2640);
        await RefusedAsync(older, "older than 2.0.0");
        Assert.Equal(HttpStatusCode.Created, (await UploadAsync(older, older: true)).Status);
        Assert.Equal(HttpStatusCode.Created, (await UploadAsync(
            TestFirmware.Make(_key, new Version(1, 0, 0), Boards.Simulator))).Status); // Boards do not compare.
        await RefusedAsync(
            TestFirmware.Make(_key, new Version(2, 0, 0), Boards.Esp32PsramOv2640, seed: 9),
            "is here already with other bytes");
    }

    [Fact]
    public async Task A_publisher_that_is_trusted_no_more_publishes_no_more()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = "Other " + Guid.NewGuid();
        await TrustAsync(name, other.ExportSubjectPublicKeyInfoPem());
        Assert.Equal(HttpStatusCode.Created, (await UploadAsync(
            TestFirmware.Make(other, new Version(3, 0, 0)))).Status);
        var id = (int)(await _admin.GetFromJsonAsync<JsonArray>("/api/v1/publishers"))!.Single(
            p => (string?)p!["name"] == name)!["id"]!;
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await _admin.PostAsync(new Uri($"/api/v1/publishers/{id}/revoke", UriKind.Relative), null)).StatusCode);
        await RefusedAsync(TestFirmware.Make(other, new Version(3, 1, 0)), "somebody else made it");
        var listed = (await _manager.GetFromJsonAsync<JsonArray>(Address))!.Single(
            f => (string?)f!["version"] == "3.0.0")!;
        Assert.False((bool)listed["isTrusted"]!);
    }

    [Theory]
    [InlineData("secret", "This is a secret key")]
    [InlineData("p384", "another curve than P-256")]
    [InlineData("nonsense", "no public key in PEM")]
    public async Task A_key_that_is_none_to_trust_says_why(string kind, string why)
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var pem = kind switch
        {
            "secret" => _key.ExportPkcs8PrivateKeyPem(),
            "p384" => p384.ExportSubjectPublicKeyInfoPem(),
            _ => "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        };
        var answer = await TrustAsync("Name " + kind, pem);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(why, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    string Address => $"/api/v1/projects/{_project}/firmware";

    Task<HttpResponseMessage> TrustAsync(string name, string pem) =>
        _admin.PostAsJsonAsync("/api/v1/publishers", new { name, publicKey = pem });

    async Task<(HttpStatusCode Status, JsonNode Answer)> UploadAsync(
        byte[] bundle, string notes = "", bool older = false)
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(bundle), "file", "bundle.wcb" },
            { new StringContent(notes), "notes" },
            { new StringContent(older ? "true" : "false"), "older" },
        };
        var answer = await _manager.PostAsync(new Uri(Address, UriKind.Relative), form);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    async Task RefusedAsync(byte[] bundle, string why)
    {
        var (status, answer) = await UploadAsync(bundle);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(why, (string?)answer["detail"], StringComparison.Ordinal);
    }
}
