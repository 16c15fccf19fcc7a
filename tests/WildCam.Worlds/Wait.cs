using System.Diagnostics;

namespace WildCam.Worlds;

/// <summary>Waits for a condition with a deadline.</summary>
static class Wait
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static async Task UntilAsync(Func<bool> condition, TimeSpan timeout, Func<string> complaint) =>
        await UntilAsync(() => Task.FromResult(condition()), timeout, complaint);

    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan timeout, Func<string> complaint)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > timeout)
            {
                throw new WorldException(complaint());
            }

            await Task.Delay(Interval);
        }
    }
}
