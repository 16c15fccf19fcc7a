using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WildCam.Hub.Hosting;

namespace WildCam.Tests.Hosting;

/// <summary>The way to a camera: what waits is asked for at the hello, at a call and by the poll, in order.</summary>
public sealed class CameraCallsTests : IDisposable
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    // Never opened: what would be heard and told over the database is the integration tests' business.
    readonly NpgsqlDataSource _nowhere = NpgsqlDataSource.Create("Host=nowhere.invalid");
    readonly Outbox _outbox = new();
    readonly CameraCalls _calls;

    public CameraCallsTests() => _calls = new CameraCalls(
        [_outbox], new DatabaseNotices(_nowhere, NullLogger<DatabaseNotices>.Instance),
        new NoticeSender(_nowhere, NullLogger<NoticeSender>.Instance), TimeProvider.System,
        NullLogger<CameraCalls>.Instance);

    [Fact]
    public async Task A_hello_brings_all_that_waits_and_a_call_what_is_due()
    {
        await _calls.StartAsync(CancellationToken.None);
        var link = Link(7, CancellationToken.None);
        Assert.True(link.TryBegin(() => _calls.JoinAsync(link)));
        await link.Greeted;
        _calls.Ring(7);
        await SentAsync(2);
        Assert.Equal([(7, true), (7, false)], _outbox.Sent);
        await _calls.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_call_that_nobody_heard_is_made_up_for_by_the_poll()
    {
        await _calls.StartAsync(CancellationToken.None);
        var link = Link(7, CancellationToken.None);
        var other = Link(8, CancellationToken.None);
        await _calls.JoinAsync(link);
        await _calls.JoinAsync(other);
        _outbox.Due = [7];
        await SentAsync(3);
        Assert.Equal((7, false), _outbox.Sent.Last());
        await _calls.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Calls_while_a_camera_is_busy_are_one_and_come_after_it()
    {
        await _calls.StartAsync(CancellationToken.None);
        var link = Link(7, CancellationToken.None);
        await _calls.JoinAsync(link);
        var busy = new TaskCompletionSource();
        Assert.True(link.TryBegin(() => busy.Task));
        var before = link.Greeted;
        for (var i = 0; i < 100; i++)
        {
            _calls.Ring(7);
        }

        await UntilAsync(() => link.Greeted != before);
        Assert.Single(_outbox.Sent);
        busy.SetResult();
        await SentAsync(2);
        await _calls.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_camera_that_left_is_called_no_more_and_the_one_that_came_back_is()
    {
        await _calls.StartAsync(CancellationToken.None);
        var old = Link(7, CancellationToken.None);
        var fresh = Link(7, CancellationToken.None);
        await _calls.JoinAsync(old);
        await _calls.JoinAsync(fresh);
        _calls.Leave(old);
        Assert.Same(fresh, _calls.Find(7));
        _calls.Leave(fresh);
        Assert.Null(_calls.Find(7));
        using var closed = new CancellationTokenSource();
        await closed.CancelAsync();
        await _calls.JoinAsync(Link(9, closed.Token));
        Assert.Null(_calls.Find(9));
        await _calls.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Work_of_a_link_goes_on_after_a_piece_that_failed()
    {
        var link = Link(7, CancellationToken.None);
        Assert.True(link.TryBegin(() => throw new InvalidOperationException("on purpose")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => link.Greeted);
        var ran = false;
        Assert.True(link.TryBegin(() =>
        {
            ran = true;
            return Task.CompletedTask;
        }));
        await link.Greeted;
        Assert.True(ran);
    }

    [Fact]
    public void Work_of_a_link_is_bounded()
    {
        var link = Link(7, CancellationToken.None);
        var busy = new TaskCompletionSource();
        var begun = 0;
        while (begun < 100 && link.TryBegin(() => busy.Task))
        {
            begun++;
        }

        Assert.Equal(16, begun);
    }

    public void Dispose()
    {
        _calls.Dispose();
        _nowhere.Dispose();
    }

    Task SentAsync(int count) => UntilAsync(() => _outbox.Sent.Count >= count);

    static async Task UntilAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(Deadline);
        while (!condition())
        {
            await Task.Delay(5, timeout.Token);
        }
    }

    static CameraLink Link(int id, CancellationToken closed) => new(
        new Storage.Cameras.Camera(id, 1, "demo", $"cam-{id}", $"Camera {id}", null, 3600, null),
        new StubConnection { Closed = closed });

    /// <summary>An outbox that remembers who asked.</summary>
    sealed class Outbox : ICameraOutbox
    {
        public ConcurrentQueue<(int CameraId, bool IsHello)> Sent { get; } = new();

        public int[] Due { get; set; } = [];

        public Task<IReadOnlyCollection<int>> ListDueAsync(int[] cameraIds, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyCollection<int>>(Due.Intersect(cameraIds).ToList());

        public Task SendAsync(CameraLink link, bool isHello, CancellationToken cancellationToken)
        {
            Sent.Enqueue((link.Camera.Id, isHello));
            return Task.CompletedTask;
        }
    }
}
