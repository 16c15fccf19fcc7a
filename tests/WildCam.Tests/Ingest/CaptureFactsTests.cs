using System.Buffers;
using System.Security.Cryptography;
using WildCam.Hub.Ingest;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Cameras;

namespace WildCam.Tests.Ingest;

public sealed class CaptureFactsTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(8192)]
    [InlineData(200_000)]
    public void The_digest_is_that_of_the_wire_and_the_sha_is_plain(int sizeBytes)
    {
        var picture = Pictures.Bytes(sizeBytes, sizeBytes);
        foreach (var content in new[] { new ReadOnlySequence<byte>(picture), Pictures.Split(picture, sizeBytes / 3) })
        {
            var (chain, sha256) = CaptureDigest.Compute(content);
            Assert.Equal(Pictures.Digest(picture), chain);
            Assert.Equal(SHA256.HashData(picture), sha256);
        }
    }

    [Theory]
    [InlineData("2026-11-20T11:00:00Z", ClockQuality.Device)]
    [InlineData("2020-01-01T00:00:00Z", ClockQuality.Device)]
    [InlineData("2026-11-22T11:59:00Z", ClockQuality.Device)]
    [InlineData("2026-11-22T12:01:00Z", ClockQuality.Received)]
    [InlineData("1970-01-01T00:00:00Z", ClockQuality.Received)]
    [InlineData("2000-01-01T00:00:00Z", ClockQuality.Received)]
    [InlineData("2019-12-31T23:59:59Z", ClockQuality.Received)]
    [InlineData("2027-11-20T12:00:00Z", ClockQuality.Received)]
    [InlineData("2106-02-07T06:28:15Z", ClockQuality.Received)]
    public void Without_an_anchor_the_claim_counts_where_it_is_not_absurd(string claim, ClockQuality expected)
    {
        var claimed = DateTimeOffset.Parse(claim);
        var time = CaptureTime.OfCamera(null, 100, 0, claimed.ToUnixTimeSeconds(), Now);
        Assert.Equal(expected, time.Quality);
        Assert.Equal(claimed, time.DeviceTime);
        Assert.Equal(expected == ClockQuality.Device ? claimed : Now, time.CapturedAt);
    }

    [Fact]
    public void An_anchored_epoch_dates_the_picture_whatever_the_device_claims()
    {
        var time = CaptureTime.OfCamera(Now.AddHours(-2), 3600, 250, 0, Now);
        Assert.Equal(ClockQuality.Anchored, time.Quality);
        Assert.Equal(Now.AddHours(-1).AddMilliseconds(250), time.CapturedAt);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void A_time_that_no_clock_can_show_is_not_kept(long seconds)
    {
        var time = CaptureTime.OfCamera(Now.AddYears(10), uint.MaxValue, ushort.MaxValue, seconds, Now);
        Assert.Equal(new CaptureTime(Now, ClockQuality.Received, null), time);
    }

    [Fact]
    public void An_import_may_be_older_than_the_network_but_not_from_a_dead_clock()
    {
        var old = new DateTimeOffset(2009, 5, 1, 4, 0, 0, TimeSpan.Zero);
        Assert.Equal(ClockQuality.Device, CaptureTime.OfImport(old, Now).Quality);
        var dead = new DateTimeOffset(2000, 1, 3, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(ClockQuality.Received, CaptureTime.OfImport(dead, Now).Quality);
        Assert.Equal(ClockQuality.Received, CaptureTime.OfImport(null, Now).Quality);
    }

    [Fact]
    public void A_picture_that_lost_its_row_is_dated_within_the_day_of_its_path()
    {
        var day = new DateOnly(2026, 11, 18);
        var dawn = new DateTimeOffset(2026, 11, 18, 6, 0, 0, TimeSpan.Zero);
        Assert.Equal(
            new CaptureTime(dawn, ClockQuality.Device, dawn), CaptureTime.OfAdopted(day, dawn, Now));
        Assert.Equal(
            new CaptureTime(dawn.AddHours(1), ClockQuality.Received, Now),
            CaptureTime.OfAdopted(day, Now, dawn.AddHours(1)));
        Assert.Equal(
            new CaptureTime(dawn.AddHours(6), ClockQuality.Received, null), CaptureTime.OfAdopted(day, null, Now));
    }

    [Fact]
    public void A_path_tells_what_it_was_made_of_and_other_paths_tell_nothing()
    {
        var id = Guid.CreateVersion7(Now);
        var device = CapturePath.DeviceCaptureId(7, 300);
        var name = CapturePath.Read(CapturePath.Of("steppe", "cam-1", Now, id, device))!;
        Assert.Equal(("steppe", "cam-1", id), (name.Project, name.Camera, name.Id));
        Assert.Equal(new DateOnly(2026, 11, 20), name.Day);
        Assert.Equal(device, name.DeviceCaptureId);
        Assert.Equal(Now, name.ReceivedAt);
        Assert.Null(new CaptureName("p", "c", name.Day, Guid.NewGuid(), device).ReceivedAt);
        Assert.Null(CapturePath.Read(CapturePath.OfQuarantine(id)));
        Assert.Null(CapturePath.Read($"steppe/cam-1/2026/13/01/{id:N}_{id:N}.jpg"));
        Assert.Null(CapturePath.Read($"steppe/cam-1/2026/11/20/{id:N}_{id:N}.jpg.bak"));
    }

    [Theory]
    [InlineData(0UL, 0UL)]
    [InlineData(ulong.MaxValue, ulong.MaxValue)]
    [InlineData(0x2f2e2e2f2e2e2f2eUL, 0x00255c2e2e5c2e2eUL)] // ../ and ..\ and NUL as numbers
    public void Paths_are_paths_whatever_the_ids(ulong spool, ulong counter)
    {
        var id = CapturePath.DeviceCaptureId(spool, counter);
        foreach (var path in new[]
        {
            CapturePath.Of("demo", "cam-1", Now, Guid.CreateVersion7(), id),
            CapturePath.OfQuarantine(Guid.CreateVersion7()),
            CapturePath.OfTrash(Now, CapturePath.Of("demo", "cam-1", Now, Guid.CreateVersion7(), id)),
        })
        {
            Assert.True(BlobPath.IsValid(path), path);
        }

        Assert.StartsWith("demo/cam-1/2026/11/20/", CapturePath.Of("demo", "cam-1", Now, Guid.NewGuid(), id));
    }

    [Fact]
    public void A_credential_matches_its_hash_and_nothing_else()
    {
        var (credential, hash) = CameraCredential.Create();
        var password = System.Text.Encoding.ASCII.GetBytes(credential);
        Assert.True(CameraCredential.Matches(password, hash));
        Assert.False(CameraCredential.Matches(password, null));
        Assert.False(CameraCredential.Matches([], hash));
        Assert.False(CameraCredential.Matches(new byte[4096], hash));
        password[0] = (byte)(password[0] == 'A' ? 'B' : 'A');
        Assert.False(CameraCredential.Matches(password, hash));
        Assert.False(CameraCredential.Matches(password.AsSpan(0, 42), hash));
    }
}
