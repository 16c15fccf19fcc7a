using WildCam.Camera.Ports;
using WildCam.Esp32;
using WildCam.SimulatedHardware;

namespace WildCam.Tests.Devices;

/// <summary>The spool's store on a card that can lose power and leave its slot.</summary>
public sealed class CardStoreTests
{
    readonly BoardWorld _world = new(seed: 2);

    [Fact]
    public async Task What_was_closed_is_there_and_lies_where_a_pc_finds_it()
    {
        var read = await _world.DoAsync(() =>
        {
            var store = new CardStore(DevKitBoard.Pins());
            Assert.True(Write(store, 1234, 5000));
            Assert.False(store.Create(StoreAreas.Spool, 1234));
            Assert.True(store.AppendTo(StoreAreas.Ledger, 1, [1, 2], 0, 2));
            Assert.True(store.AppendTo(StoreAreas.Ledger, 1, [3], 0, 1));
            Assert.Equal(3, store.Length(StoreAreas.Ledger, 1));
            Assert.Equal(5000, store.Length(StoreAreas.Spool, 1234));
            Assert.Equal(-1, store.Length(StoreAreas.Spool, 7));
            var bytes = new byte[200];
            Assert.Equal(100, store.Read(StoreAreas.Spool, 1234, 4900, bytes, 50, 150));
            return bytes;
        });
        Assert.Equal(Pattern(5000)[4900..], read[50..150]);
        Assert.Equal(
            ["D:\\ledger\\000000\\00000001.led", "D:\\spool\\000012\\00001234.jpg"], _world.Card.Files.Keys);
    }

    [Fact]
    public async Task Folders_are_found_both_ways_and_go_with_their_last_file() => await _world.DoAsync(() =>
    {
        var store = new CardStore(DevKitBoard.Pins());
        Assert.False(store.FindFolder(StoreAreas.Spool, 0, true, out _));
        foreach (var number in new uint[] { 5, 99, 100, 4321 })
        {
            Assert.True(Write(store, number, 10));
        }

        Assert.True(store.FindFolder(StoreAreas.Spool, 1, true, out var folder));
        Assert.Equal(1u, folder);
        Assert.True(store.FindFolder(StoreAreas.Spool, 42, false, out folder));
        Assert.Equal(1u, folder);
        Assert.True(store.FindFolder(StoreAreas.Spool, uint.MaxValue, false, out folder));
        Assert.Equal(43u, folder);
        var numbers = new uint[StoreAreas.FilesPerFolder];
        Assert.Equal(2, store.List(StoreAreas.Spool, 0, numbers));
        Assert.Equal([5u, 99u], numbers[..2].Order());
        Assert.True(store.Delete(StoreAreas.Spool, 100));
        Assert.True(store.Delete(StoreAreas.Spool, 100));
        Assert.True(store.FindFolder(StoreAreas.Spool, 1, true, out folder));
        Assert.Equal(43u, folder);
        return true;
    });

    [Fact]
    public async Task A_card_that_is_pulled_fails_without_an_exception_and_works_when_it_is_back() =>
        await _world.DoAsync(() =>
        {
            var store = new CardStore(DevKitBoard.Pins());
            Assert.True(Write(store, 1, 100));
            Assert.True(store.Create(StoreAreas.Spool, 2));
            _world.Card.IsInserted = false;
            Assert.False(store.Append(new byte[10], 0, 10));
            Assert.False(store.Close());
            Assert.False(store.Create(StoreAreas.Spool, 3));
            Assert.Equal(-1, store.Length(StoreAreas.Spool, 1));
            Assert.Equal(-1, store.Read(StoreAreas.Spool, 1, 0, new byte[10], 0, 10));
            Assert.Equal(-1, store.List(StoreAreas.Spool, 0, new uint[StoreAreas.FilesPerFolder]));
            Assert.False(store.Delete(StoreAreas.Spool, 1));
            Assert.False(store.FindFolder(StoreAreas.Spool, 0, true, out _));
            Assert.Equal(0, store.CapacityBytes);
            _world.Card.IsInserted = true;
            var back = Environment.TickCount64 + (2 * CardStore.RemountMilliseconds);
            while (store.Length(StoreAreas.Spool, 1) != 100)
            {
                Assert.True(Environment.TickCount64 < back, "The card was not mounted again.");
                Thread.Sleep(50);
            }

            return true;
        });

    [Fact]
    public async Task A_power_cut_at_any_change_leaves_whole_files_whole_and_of_the_open_one_a_first_part()
    {
        var changes = 0;
        for (var cut = 1; ; cut++)
        {
            var world = new BoardWorld(seed: cut);
            world.Card.CutAtChange = cut;
            var end = await world.RunAsync(WakeKind.Power, () =>
            {
                var store = new CardStore(DevKitBoard.Pins());
                Write(store, 1, 9000);
                Write(store, 2, 9000);
                store.Delete(StoreAreas.Spool, 1);
                Life.Current.End(new LifeEnd(LifeEndKind.Reboot));
            });
            if (end.Kind == LifeEndKind.Reboot)
            {
                break;
            }

            changes = cut;
            Assert.Equal(LifeEndKind.PowerCut, end.Kind);
            foreach (var file in world.Card.Files.Values)
            {
                Assert.Equal(Pattern(9000)[..file.Length], file);
            }
        }

        Assert.InRange(changes, 10, 40);
    }

    static byte[] Pattern(int bytes) => [.. Enumerable.Range(0, bytes).Select(i => (byte)(i * 7))];

    static bool Write(CardStore store, uint number, int bytes)
    {
        var pattern = Pattern(bytes);
        var isWritten = store.Create(StoreAreas.Spool, number);
        for (var at = 0; at < bytes && isWritten; at += 4096)
        {
            isWritten = store.Append(pattern, at, Math.Min(4096, bytes - at));
        }

        return isWritten && store.Close();
    }
}
