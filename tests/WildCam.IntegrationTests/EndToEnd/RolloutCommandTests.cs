using System.Security.Cryptography;
using WildCam.IntegrationTests.Fleet;
using WildCam.Wire;

namespace WildCam.IntegrationTests.EndToEnd;

/// <summary>Firmware and rollouts by the command line, as an admin or a script has them.</summary>
public sealed class RolloutCommandTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    readonly WildCamProgram _program = new(database.ConnectionString);
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _key.Dispose();
        _program.Dispose();
    }

    [Fact]
    public async Task Firmware_is_added_rolled_out_paused_and_cancelled()
    {
        await database.RunAsync("insert into projects (slug, name, time_zone) values ('creek', 'Creek', 'UTC')");
        await database.RunAsync("""
            insert into cameras (project_id, code, name, board, password_hash)
            select p.id, 'c-' || n, 'Camera', 3, sha256('x') from projects p, generate_series(1, 6) n
            """);
        var file = Path.Combine(_program.Root, "wildcam-1.5.0.wcb");
        await File.WriteAllBytesAsync(file, TestFirmware.Make(_key, new Version(1, 5, 0), Boards.Esp32PsramOv2640));
        Assert.Contains(
            "No publisher is trusted yet", await _program.RefusedAsync("firmware", "add", file),
            StringComparison.Ordinal);

        var key = Path.Combine(_program.Root, "team.pub");
        await File.WriteAllTextAsync(key, _key.ExportSubjectPublicKeyInfoPem());
        await _program.DoAsync("firmware", "trust", "Team", key);
        Assert.Contains(
            "was here before", await _program.RefusedAsync("firmware", "trust", "Team", key), StringComparison.Ordinal);
        Assert.StartsWith(
            "esp32-psram-ov2640 1.5.0 by Team is added.",
            await _program.DoAsync("firmware", "add", file, "--notes", "Fewer blanks."), StringComparison.Ordinal);
        var listed = Assert.Single((await _program.AskAsync("firmware", "list")).AsArray())!;
        Assert.Equal(("1.5.0", "Fewer blanks."), ((string?)listed["version"], (string?)listed["notes"]));

        Assert.Equal(
            "There is no firmware 1.6.0 for esp32-psram-ov2640. See: ./wildcam firmware list",
            await _program.RefusedAsync("rollout", "start", "1.6.0", "--board", "esp32-psram-ov2640"));
        Assert.EndsWith(
            "6 have no update key.",
            await _program.RefusedAsync("rollout", "start", "1.5.0", "--board", "esp32-psram-ov2640"),
            StringComparison.Ordinal);
        for (var n = 1; n <= 6; n++)
        {
            Assert.Matches("^update-key=[0-9a-f]{64}\n$", await _program.DoAsync("camera", "update-key", $"C-{n}"));
        }

        var key1 = await _program.DoAsync("camera", "update-key", "c-1");
        Assert.Equal(key1, await _program.DoAsync("camera", "update-key", "c-1"));
        string[] start = ["rollout", "start", "1.5.0", "--board", "esp32-psram-ov2640"];
        Assert.Contains(
            "6 of 6 cameras", await _program.DoAsync([.. start, "--dry-run"]), StringComparison.Ordinal);
        Assert.Contains("Rollout 1 has started", await _program.DoAsync(start), StringComparison.Ordinal);
        Assert.Equal("Rollout 1: Paused", (await _program.DoAsync("rollout", "pause", "1")).Trim());
        Assert.Equal("Rollout 1: Paused", (await _program.DoAsync("rollout", "pause", "1")).Trim());
        Assert.Equal("Rollout 1: Running", (await _program.DoAsync("rollout", "resume", "1")).Trim());
        var shown = await _program.AskAsync("rollout", "show", "1");
        Assert.Equal(("running", 6), ((string?)shown["rollout"]!["state"], shown["cameras"]!.AsArray().Count));
        Assert.Equal("Rollout 1: Cancelled", (await _program.DoAsync("rollout", "cancel", "1")).Trim());
        Assert.StartsWith(
            "This cannot be done now", await _program.RefusedAsync("rollout", "resume", "1"), StringComparison.Ordinal);
        Assert.Equal(
            "There is no rollout 9. See: ./wildcam rollout list", await _program.RefusedAsync("rollout", "show", "9"));
        Assert.Single((await _program.AskAsync("rollout", "list")).AsArray());
    }
}
