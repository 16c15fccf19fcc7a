namespace WildCam.IntegrationTests.Hosting;

public sealed class WatchedFoldersTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>Its working folder holds a folder of pictures for each camera and day, and their database.</summary>
    [Fact]
    public async Task The_hub_asks_the_system_to_watch_no_folder()
    {
        var folder = Directory.CreateTempSubdirectory("wildcam-watched-");
        await using (var hub = await WorldHub.StartAsync(database.ConnectionString, folder.FullName))
        {
            // A descriptor may close between the listing and the look; it has no target then.
            var open = Directory.GetFiles($"/proc/{hub.ProcessId}/fd").Select(f => new FileInfo(f).LinkTarget);
            Assert.DoesNotContain("anon_inode:inotify", open);
        }

        folder.Delete(recursive: true);
    }
}
