using WildCam.Hub.Hosting;
using WildCam.Tests.Mqtt;

namespace WildCam.Tests.Hosting;

/// <summary>What is shared for a second, and when it is not.</summary>
public sealed class RecentReadsTests
{
    static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    readonly ManualClock _clock = new();
    readonly RecentReads _reads;
    int _count;

    public RecentReadsTests() => _reads = new RecentReads(_clock);

    [Fact]
    public async Task A_read_is_shared_for_a_second_from_its_beginning()
    {
        Assert.Equal("1", await ReadAsync());
        _clock.Advance(RecentReads.SharedFor - Moment);
        Assert.Equal("1", await ReadAsync());
        Assert.Equal("2", await ReadAsync("another"));
        _clock.Advance(Moment);
        Assert.Equal("3", await ReadAsync());
    }

    [Fact]
    public async Task Those_who_ask_at_once_wait_for_one_read()
    {
        var gate = new TaskCompletionSource<string?>();
        var all = Enumerable.Range(0, 20).Select(_ => _reads.ReadAsync("key", Slow, CancellationToken.None)).ToArray();
        Assert.DoesNotContain(all, a => a.IsCompleted);
        gate.SetResult("found");
        Assert.All(await Task.WhenAll(all), found => Assert.Equal("found", found));
        Assert.Equal(1, _count);

        Task<string?> Slow(CancellationToken cancellationToken)
        {
            _count++;
            return gate.Task;
        }
    }

    [Fact]
    public async Task One_who_leaves_takes_the_read_from_nobody()
    {
        var gate = new TaskCompletionSource<string?>();
        using var leaves = new CancellationTokenSource();
        var first = _reads.ReadAsync("key", _ => gate.Task, leaves.Token);
        var second = _reads.ReadAsync("key", _ => gate.Task, CancellationToken.None);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult("found");
        Assert.Equal("found", await second);
        Assert.Equal("found", await ReadAsync("key"));
    }

    [Fact]
    public async Task After_a_change_nothing_read_before_it_is_shared_not_even_what_was_under_way()
    {
        var gate = new TaskCompletionSource<string?>();
        var before = _reads.ReadAsync("key", _ => gate.Task, CancellationToken.None);
        var generation = _reads.Generation;
        _reads.Forget();
        Assert.NotEqual(generation, _reads.Generation);
        Assert.Equal("1", await ReadAsync("key"));
        gate.SetResult("old");
        Assert.Equal("old", await before);
        Assert.Equal("1", await ReadAsync("key"));
    }

    [Fact]
    public async Task Nothing_found_and_a_failure_are_not_kept()
    {
        Assert.Null(await _reads.ReadAsync("key", _ => Task.FromResult<string?>(null), CancellationToken.None));
        await Assert.ThrowsAsync<TimeoutException>(() => _reads.ReadAsync<string>(
            "key", _ => throw new TimeoutException("on purpose"), CancellationToken.None));
        Assert.Equal("1", await ReadAsync("key"));
    }

    [Fact]
    public async Task Reads_that_are_kept_are_bounded()
    {
        for (var i = 0; i < RecentReads.KeptMax; i++)
        {
            await ReadAsync(i);
        }

        var generation = _reads.Generation;
        await ReadAsync("one more");
        Assert.NotEqual(generation, _reads.Generation);
    }

    Task<string?> ReadAsync(object? key = null) => _reads.ReadAsync(
        key ?? "key", _ => Task.FromResult<string?>($"{++_count}"), CancellationToken.None);
}
