using WildCam.SimulatedHardware;
using WildCam.Storage.Accounts;
using WildCam.Storage.Orders;

namespace WildCam.IntegrationTests.Devices;

/// <summary>Program.Main of the device under orders of a real hub, and with people's hands on it.</summary>
public sealed class DeviceOrderTests
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Whoever_hangs_it_up_sees_that_it_is_well_and_which_one_it_is()
    {
        const int flickerMilliseconds = 500;
        const int readyMilliseconds = 2000;
        await using var field = await DeviceField.StartAsync(seed: 31, setUp: "");
        var flashes = new List<long>();
        field.Board.Light.Part = isHigh =>
        {
            lock (flashes)
            {
                flashes.AddRange(isHigh ? [Environment.TickCount64] : []);
            }
        };
        var running = field.Board.RunAsync(WakeKind.Power);
        // One flash every three seconds, again and again: it does not fall asleep under the eyes of who looks.
        await Wait.UntilAsync(
            () => Gaps(flashes).TakeLast(2).Count(g => g > readyMilliseconds) == 2, Timeout,
            () => $"It does not say that it is well: {string.Join(' ', Gaps(flashes))}");
        var commands = new CommandsTable(field.World.Database.Source);
        var camera = await field.World.Database.ReadAsync<int>("select id from cameras");
        await commands.AskAsync(
            camera, new NewCommand(CommandWords.Identify, TimeSpan.FromMinutes(5)), Actor.CommandLine,
            CancellationToken.None);
        await Wait.UntilAsync(
            () => Gaps(flashes).TakeLast(10).Count(g => g < flickerMilliseconds) == 10, Timeout,
            () => $"It does not show itself: {string.Join(' ', Gaps(flashes))}");
        Assert.False(running.IsCompleted);
        field.Board.CutPower();
        Assert.Equal(LifeEndKind.PowerCut, (await running.WaitAsync(Timeout)).Kind);
    }

    [Fact]
    public async Task Small_first_sends_a_small_one_and_the_full_frame_when_somebody_wants_it()
    {
        await using var field = await DeviceField.StartAsync(seed: 32);
        var camera = await field.World.Database.ReadAsync<int>("select id from cameras");
        await field.LiveAsync(WakeKind.Power);
        await new SettingsTable(field.World.Database.Source).ChangeAsync(
            camera, null, now => now.Reported! with { UploadMode = "low-resolution-first" }, Actor.CommandLine,
            CancellationToken.None);
        await field.LiveAsync(WakeKind.Power);
        await field.PassAsync();
        Assert.Equal(2, field.Taken.Count);
        var (full, small) = (field.Taken[0], field.Taken[1]);
        Assert.Equal((0, 1), (await field.StoredAsync(full), await field.StoredAsync(small)));
        Assert.Equal(1, field.Spooled);

        var standIn = await field.World.Database.ReadAsync<Guid>("select id from captures where is_low_resolution");
        await new CommandsTable(field.World.Database.Source).AskAsync(
            camera, new NewCommand(CommandWords.FullFrame, TimeSpan.FromHours(1)) { CaptureId = standIn },
            Actor.CommandLine, CancellationToken.None);
        // It hears of it when it says hello for its next heartbeat; here after power came on.
        await field.LiveAsync(WakeKind.Power);
        Assert.Equal((1, 1), (await field.StoredAsync(full), await field.StoredAsync(small)));
        Assert.Equal(0, field.Spooled);
    }

    [Fact]
    public async Task A_card_that_is_pulled_amid_the_chunks_and_put_back_loses_nothing_and_sends_nothing_twice()
    {
        await using var field = await DeviceField.StartAsync(seed: 33);
        await field.LiveAsync(WakeKind.Power);
        var chunks = 0;
        Task? back = null;
        field.Board.Published = (topic, _) =>
        {
            if (topic.EndsWith("/chunk", StringComparison.Ordinal) && ++chunks == 2)
            {
                field.Board.Card.IsInserted = false;
                back = PutBackAsync();
            }
        };
        var end = await field.PassAsync();
        Assert.NotNull(back);
        await back;
        // What could not be read is offered again after a pause, which the board may sleep through.
        for (var lives = 0; field.Spooled > 0 && lives < 3; lives++)
        {
            end = await field.LiveAsync(field.Board.PassTime(end));
        }

        Assert.Equal(1, await field.StoredAsync(Assert.Single(field.Taken)));
        Assert.Equal(1, await field.World.Database.ReadAsync<long>("select count(*) from captures"));
        Assert.Equal(0, field.Spooled);

        async Task PutBackAsync()
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            field.Board.Card.IsInserted = true;
        }
    }

    static List<long> Gaps(List<long> flashes)
    {
        lock (flashes)
        {
            return [.. flashes.Zip(flashes.Skip(1), (one, next) => next - one)];
        }
    }
}
