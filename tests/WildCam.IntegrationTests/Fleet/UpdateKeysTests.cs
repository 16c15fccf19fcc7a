using WildCam.Storage.Fleet;

namespace WildCam.IntegrationTests.Fleet;

public sealed class UpdateKeysTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("wildcam-keys-").FullName;

    string KeyFile => Path.Combine(_folder, "keys", "update.key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_camera_keeps_its_key_until_it_is_given_another_one()
    {
        var camera = await AddCameraAsync();
        var keys = new UpdateKeys(database.Source, KeyFile);
        Assert.Null(await keys.FindAsync(camera, default));
        var key = await keys.EnsureAsync(camera, default);
        Assert.Equal(UpdateKeys.Bytes, key.Length);
        Assert.Equal(key, await keys.EnsureAsync(camera, default));
        Assert.Equal(key, await new UpdateKeys(database.Source, KeyFile).FindAsync(camera, default));
        var other = await keys.ReplaceAsync(camera, default);
        Assert.NotEqual(key, other);
        Assert.Equal(other, await keys.FindAsync(camera, default));
    }

    [Fact]
    public async Task The_database_alone_opens_no_key()
    {
        var camera = await AddCameraAsync();
        var key = await new UpdateKeys(database.Source, KeyFile).EnsureAsync(camera, default);
        var sealedKey = await database.ReadAsync<byte[]>(
            "select sealed_key from camera_update_keys where camera_id = $1", camera);
        Assert.True(sealedKey.AsSpan().IndexOf(key) < 0);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        }

        var elsewhere = new UpdateKeys(database.Source, Path.Combine(_folder, "other.key"));
        var missing = await Assert.ThrowsAsync<UpdateKeyException>(() => elsewhere.FindAsync(camera, default));
        Assert.Contains("is missing", missing.Message, StringComparison.Ordinal);
        await elsewhere.EnsureAsync(await AddCameraAsync(), default);
        var wrong = await Assert.ThrowsAsync<UpdateKeyException>(() => elsewhere.FindAsync(camera, default));
        Assert.Contains("sealed under another key file", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sealed_key_is_of_its_camera_alone()
    {
        var (one, two) = (await AddCameraAsync(), await AddCameraAsync());
        var keys = new UpdateKeys(database.Source, KeyFile);
        await keys.EnsureAsync(one, default);
        await keys.EnsureAsync(two, default);
        await database.RunAsync("""
            update camera_update_keys set sealed_key =
              (select sealed_key from camera_update_keys where camera_id = $1) where camera_id = $2
            """, one, two);
        await Assert.ThrowsAsync<UpdateKeyException>(() => keys.FindAsync(two, default));
    }

    [Fact]
    public async Task Hubs_that_start_at_once_make_one_key_file()
    {
        var cameras = new List<int>();
        for (var n = 0; n < 8; n++)
        {
            cameras.Add(await AddCameraAsync());
        }

        await Task.WhenAll(cameras.Select(c => Task.Run(
            () => new UpdateKeys(database.Source, KeyFile).EnsureAsync(c, default))));
        var keys = new UpdateKeys(database.Source, KeyFile);
        foreach (var camera in cameras)
        {
            Assert.NotNull(await keys.FindAsync(camera, default));
        }

        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(KeyFile)!));
    }

    async Task<int> AddCameraAsync()
    {
        var mark = Guid.NewGuid().ToString("n")[..12];
        var project = await database.ReadAsync<int>(
            "insert into projects (slug, name, time_zone) values ($1, 'Test', 'UTC') returning id", "k" + mark);
        return await database.ReadAsync<int>(
            "insert into cameras (project_id, code, name) values ($1, $2, 'Camera') returning id", project, "k" + mark);
    }
}
