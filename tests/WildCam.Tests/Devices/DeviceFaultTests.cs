using WildCam.Camera.Ports;
using WildCam.SimulatedHardware;
using WildCam.Wire;

namespace WildCam.Tests.Devices;

/// <summary>What Program.Main makes of a card that leaves and comes back, and what its light says is wrong.</summary>
public sealed class DeviceFaultTests
{
    [Fact]
    public async Task A_card_that_is_pulled_and_put_back_in_a_run_goes_on_being_written()
    {
        var board = await FieldBoard.StartAsync(c => c.UploadMode = UploadModes.AtOnce, "power=mains");
        var world = board.World;
        var running = world.RunAsync(WakeKind.Motion);
        await FieldBoard.WaitAsync(() => board.Kept().Count == 1, "a picture", running);

        world.Card.IsInserted = false;
        Pass(world);
        await FieldBoard.WaitAsync(
            () => world.Flash.Files.Keys.Any(f => f.StartsWith(
                $"I:\\set{SettingKeys.Dropped:D2}.", StringComparison.Ordinal)),
            "a picture that no card took is counted", running);
        Assert.Equal((2, 1), (world.Camera.Captures, board.Kept().Count));
        world.Card.IsInserted = true;
        // A card that could not be mounted is tried again after some seconds.
        await FieldBoard.WaitAsync(
            () =>
            {
                Pass(world);
                return board.Kept().Count >= 2;
            },
            "a picture on the card that is back", running);
        world.CutPower();
        await running.WaitAsync(FieldBoard.Timeout);
        var kept = board.Kept();
        Assert.Equal(kept.Count, kept.Select(k => (k.SpoolId, k.Counter)).Distinct().Count());
        // What was taken without a card is counted as dropped, and told with the next heartbeat.
        var dropped = await world.DoAsync(
            () => new Esp32.FlashSettings(new Esp32.NativeCrc()).Get(SettingKeys.Dropped));
        Assert.InRange((int)BitConverter.ToUInt32(dropped), 1, world.Camera.Captures - kept.Count);
    }

    [Fact]
    public async Task Two_flashes_say_that_there_is_no_hub_and_the_board_stays_awake_to_say_so()
    {
        var board = await FieldBoard.StartAsync();
        var flashes = new Flashes(board.World.Light);
        await board.RunUntilAsync(WakeKind.Power, () => flashes.HasRoundsOf(2), "rounds of two flashes");
        Assert.True(board.World.Wifi.Joins >= 3);
    }

    [Fact]
    public async Task Three_flashes_say_that_there_is_no_card_before_anything_is_photographed()
    {
        var board = await FieldBoard.StartAsync();
        var flashes = new Flashes(board.World.Light);
        board.World.Card.IsInserted = false;
        await board.RunUntilAsync(WakeKind.Power, () => flashes.HasRoundsOf(3), "rounds of three flashes");
        Assert.Equal(0, board.World.Camera.Captures);
    }

    [Fact]
    public async Task Four_flashes_say_that_the_camera_gave_no_picture()
    {
        var board = await FieldBoard.StartAsync();
        var flashes = new Flashes(board.World.Light);
        board.World.Camera.IsThere = false;
        var running = board.World.RunAsync(WakeKind.Power);
        await FieldBoard.WaitAsync(() => flashes.Count > 0, "the light", running);
        Pass(board.World);
        await FieldBoard.WaitAsync(() => flashes.HasRoundsOf(4), "rounds of four flashes", running);
        board.World.CutPower();
        await running.WaitAsync(FieldBoard.Timeout);
    }

    [Theory]
    [InlineData(WakeKind.Motion, "")]
    [InlineData(WakeKind.Power, "light=off")]
    public async Task In_the_field_and_where_it_is_switched_off_the_light_stays_dark(WakeKind cause, string setUp)
    {
        var board = await FieldBoard.StartAsync(setUp: setUp);
        var flashes = new Flashes(board.World.Light);
        // Without a light nobody waits for the board either: it sleeps at once when its hub is not there.
        await board.LiveAsync(cause);
        Assert.Equal(0, flashes.Count);
    }

    static void Pass(BoardWorld world)
    {
        world.Motion.Set(true);
        world.Motion.Set(false);
    }

    /// <summary>When the light went on.</summary>
    sealed class Flashes
    {
        /// <summary>Flashes of a round are 400 ms apart, and rounds more than twice as far.</summary>
        const int RoundMilliseconds = 800;

        readonly Lock _gate = new();
        readonly List<long> _at = [];

        public Flashes(SimulatedPin light) => light.Part = isHigh =>
        {
            lock (_gate)
            {
                if (isHigh)
                {
                    _at.Add(Environment.TickCount64);
                }
            }
        };

        public int Count
        {
            get
            {
                lock (_gate)
                {
                    return _at.Count;
                }
            }
        }

        /// <summary>Whether two whole rounds of so many flashes came one after the other.</summary>
        public bool HasRoundsOf(int flashes)
        {
            lock (_gate)
            {
                var rounds = new List<int>();
                for (var i = 0; i < _at.Count; i++)
                {
                    if (i == 0 || _at[i] - _at[i - 1] > RoundMilliseconds)
                    {
                        rounds.Add(0);
                    }

                    rounds[^1]++;
                }

                // The last one may not be over.
                return rounds.SkipLast(1).TakeLast(2).SequenceEqual([flashes, flashes]);
            }
        }
    }
}
