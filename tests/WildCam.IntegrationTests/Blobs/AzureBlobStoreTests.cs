using System.Buffers;
using WildCam.Faults.Storage;
using WildCam.Storage.Blobs;

namespace WildCam.IntegrationTests.Blobs;

/// <summary>What a service over the net can do that a folder cannot: say that all is well when it is not.</summary>
public sealed class AzureBlobStoreTests : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("wildcam-endpoint-").FullName;
    BlobEndpoint _endpoint = null!;
    AzureBlobStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _endpoint = await BlobEndpoint.StartAsync(_folder);
        _store = new AzureBlobStore(_endpoint.Connection, "wildcam");
    }

    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_write_of_which_half_was_kept_is_a_fault_although_the_service_says_it_is_done()
    {
        _endpoint.Manner = () => BlobManner.Truncated;
        var fault = await Assert.ThrowsAsync<BlobStoreException>(() => PutAsync("a/b.jpg", 1000));
        Assert.Equal(BlobFault.Unavailable, fault.Fault);
        _endpoint.Manner = () => BlobManner.Well;
        await PutAsync("a/b.jpg", 1000);
        await using var kept = await _store.OpenReadAsync("a/b.jpg", default);
        Assert.Equal(1000, kept!.Length);
    }

    [Fact]
    public async Task A_read_that_is_cut_short_and_looks_whole_is_a_fault_and_no_shorter_picture()
    {
        await PutAsync("a/c.jpg", 1000);
        _endpoint.Manner = () => BlobManner.Truncated;
        var fault = await Assert.ThrowsAsync<BlobStoreException>(() => _store.OpenReadAsync("a/c.jpg", default));
        Assert.Equal(BlobFault.Unavailable, fault.Fault);
    }

    Task PutAsync(string path, int bytes) =>
        _store.PutAsync(path, new ReadOnlySequence<byte>(new byte[bytes]), TestContext.Current.CancellationToken);
}
