using WildCam.Camera.Ports;
using WildCam.Loader;
using WildCam.Wire;
using WildCam.Worlds;

namespace WildCam.Tests.Bundles;

/// <summary>How a version behaves on the board.</summary>
enum Behaviour
{
    Works,
    DiesAtStart,
    DoesNotLoad,
    HasNoEntry,
    NeverConnects,
    BreaksSensor,
}

/// <summary>
/// A camera with its loader, and a hub that offers it a bundle at every hello and every ten minutes, in virtual time.
/// Each restart goes through the real loader.
/// </summary>
sealed class UpdateWorld
{
    public static readonly byte[] Key = [9, 8, 7, 6, 5, 4, 3, 2, 1];

    readonly Dictionary<Version, Behaviour> _behaviours = [];
    int _reboots;
    long _offeredAt;
    uint _number;

    public UpdateWorld(int seed = 1)
    {
        Field = new Field(seed)
        {
            Profile = { UpdateKey = Key, FirmwareMajor = 0, FirmwareMinor = 9 },
            Sensor = { PictureBytes = 9000 },
        };
        Field.Loader = StartLoader;
        Field.Hub.OnBundleWant = wanted => Serve?.Invoke(wanted);
        Field.Hears = Heard;
        Bundle = TestBundle.Make(new Version(1, 0, 0), 40_000, seed);
        Serve = wanted => Send(Bundle, wanted);
    }

    public Field Field { get; }

    /// <summary>The file that the hub has.</summary>
    public byte[] Bundle { get; set; }

    /// <summary>What the hub offers at each hello; null for nothing.</summary>
    public BundleOffer? Offer { get; set; }

    /// <summary>How the hub answers who asks for bytes.</summary>
    public Action<BundleWant>? Serve { get; set; }

    /// <summary>The version that runs.</summary>
    public Version Running { get; private set; } = new(0, 0);

    /// <summary>The build of loader and built-in application; another one is what a person flashes.</summary>
    public ulong BuiltInStamp { get; set; } = 20260101120000;

    /// <summary>Rests that the loader took, in seconds.</summary>
    public List<int> Rests { get; } = [];

    /// <summary>Starts of the application since the start, by version.</summary>
    public List<Version> Starts { get; } = [];

    public SlotRecord Record => Field.Slots.Record;

    public BundleState Last => Field.Hub.Bundles[^1];

    public void Behaves(Version version, Behaviour behaviour) => _behaviours[version] = behaviour;

    /// <summary>Boots, offers the bundle as it is and lets the hub say so at every hello.</summary>
    public UpdateWorld OfferBundle(Action<BundleOffer>? change = null)
    {
        Offer = MakeOffer(Bundle, change);
        if (Field.Brain is null)
        {
            Field.Boot();
            Until(() => Field.Brain!.Session.IsReady);
        }
        else
        {
            Field.Hub.Send(Topics.Bundle, BundleOffer.Bytes, Offer.Write);
        }

        return this;
    }

    public BundleOffer MakeOffer(byte[] file, Action<BundleOffer>? change = null)
    {
        Assert.True(BundleFile.TryRead(file, 0, file.Length, out var head));
        var offer = new BundleOffer
        {
            BundleId = 77, Board = head.Board, Major = head.Major, Minor = head.Minor, Patch = head.Patch,
            SizeBytes = (uint)file.Length, Digest = ModelHub.DigestOf(file), Number = ++_number,
        };
        change?.Invoke(offer);
        offer.Authenticator = offer.ComputeAuthenticator(Key);
        return offer;
    }

    /// <summary>Sends what was asked for, from this file, in chunks of the asked size.</summary>
    public void Send(byte[] file, BundleWant wanted)
    {
        var end = Math.Min(wanted.Offset + wanted.WantedBytes, file.Length);
        for (var at = (int)wanted.Offset; at < end; at += wanted.ChunkBytes)
        {
            SendChunk(wanted.BundleId, at, file[at..(int)Math.Min(at + wanted.ChunkBytes, end)]);
        }

        if (wanted.Offset >= file.Length)
        {
            SendChunk(wanted.BundleId, file.Length, []);
        }
    }

    public void SendChunk(ulong bundleId, int offset, byte[] bytes, uint crcMask = 0)
    {
        var header = new BundleChunkHeader
        {
            BundleId = bundleId, Offset = (uint)offset, Length = (ushort)bytes.Length,
            Crc32 = Crc32.Compute(bytes, 0, bytes.Length) ^ crcMask,
        };
        var message = new byte[BundleChunkHeader.Bytes + bytes.Length];
        bytes.CopyTo(message, header.Write(message, 0));
        Field.Link.Deliver(Topics.BundleChunk, message);
    }

    /// <summary>Runs, through every restart, until this holds.</summary>
    public void Until(Func<bool> condition, int seconds = 7200)
    {
        var end = Field.Now + seconds * 1000L;
        while (!condition())
        {
            Must.Hold(Field.Now < end, $"Seed {Field.Seed}: not so within {seconds} s; {Describe()}");
            Advance(end);
        }
    }

    public void Run(int seconds)
    {
        var end = Field.Now + seconds * 1000L;
        while (Field.Now < end)
        {
            Advance(end);
        }
    }

    public void UntilTold(byte state, int seconds = 7200) =>
        Until(() => Field.Hub.Bundles.Any(b => b.State == state), seconds);

    public string Describe() =>
        $"runs {Running} in {Field.Slots.RunningSlot}, state {Record.UpdateState}, code {Record.Code}, "
        + $"trial {Record.Trial} attempts {Record.Attempts}, told "
        + string.Join(',', Field.Hub.Bundles.Select(b => $"{b.State}/{b.Code}"));

    void Advance(long end)
    {
        Field.Advance(end);
        if (Offer is { } offer && Field.Now - _offeredAt >= 600_000 && Field.Link.State == LinkStates.Up)
        {
            // A state that was told can be lost with its connection.
            _offeredAt = Field.Now;
            Field.Hub.Send(Topics.Bundle, BundleOffer.Bytes, offer.Write);
        }

        if (Field.Board.Reboots != _reboots)
        {
            _reboots = Field.Board.Reboots;
            Field.CutPower(isClockKept: true);
        }
    }

    void Heard(string word, string route, byte[] message)
    {
        Field.Hub.Received(word, route, message);
        if (word == Topics.Hello && Offer is { } offer)
        {
            Field.Hub.Send(Topics.Bundle, BundleOffer.Bytes, offer.Write);
        }
    }

    /// <summary>Power comes: the loader runs until an application does.</summary>
    void StartLoader()
    {
        _reboots = Field.Board.Reboots;
        var board = new Board(this);
        for (var starts = 0; !board.IsRunning; starts++)
        {
            Must.Hold(starts < 40, "The loader restarts without end.");
            // What the board ran before does not matter to the loader.
            var boot = new Boot(Field.Slots, board, board, BuiltInStamp);
            boot.Choose();
            if (boot.Start() && !board.IsRunning)
            {
                boot.End();
            }
        }
    }

    /// <summary>The board under the loader: knows the versions by the bytes that it is given.</summary>
    sealed class Board(UpdateWorld world) : IMachine, IReset
    {
        Version? _loaded;

        public bool IsRunning { get; private set; }

        public bool TryLoad(byte[] assembly)
        {
            _loaded = TestBundle.VersionIn(assembly);
            return _loaded is not null && Behaves(_loaded) != Behaviour.DoesNotLoad;
        }

        public bool TryRun(int slot, bool isPending)
        {
            var version = _loaded ?? new Version(0, 9, 0);
            Assert.Equal(slot == Slots.BuiltIn, _loaded is null);
            if (Behaves(version) == Behaviour.HasNoEntry)
            {
                return false;
            }

            world.Starts.Add(version);
            if (Behaves(version) == Behaviour.DiesAtStart)
            {
                return true;
            }

            world.Running = version;
            world.Field.Slots.RunningSlot = slot;
            world.Field.Profile.FirmwareMajor = (ushort)version.Major;
            world.Field.Profile.FirmwareMinor = (ushort)version.Minor;
            world.Field.Profile.FirmwarePatch = (ushort)version.Build;
            world.Field.Link.IsUnreachable = Behaves(version) == Behaviour.NeverConnects;
            world.Field.Sensor.IsBroken = Behaves(version) == Behaviour.BreaksSensor;
            IsRunning = true;
            return true;
        }

        public void Forget() => _loaded = null;

        public void Pause(int milliseconds) => Assert.Equal(Boot.AwakeMilliseconds, milliseconds);

        public bool IsWake { get; private set; }

        public void Reboot() => (_loaded, IsWake) = (null, false);

        public void Sleep(int seconds)
        {
            world.Rests.Add(seconds);
            (_loaded, IsWake) = (null, true);
        }

        Behaviour Behaves(Version version) => world._behaviours.GetValueOrDefault(version, Behaviour.Works);
    }
}

/// <summary>Bundles whose assemblies are noise behind their version, so that the board can tell them apart.</summary>
static class TestBundle
{
    public static byte[] Make(Version version, int bytes, int seed, Action<BundleFile>? change = null)
    {
        var chance = new Random(seed);
        var assemblies = new[] { bytes / 4, bytes / 2, bytes / 4 }.Select(size =>
        {
            var assembly = new byte[size];
            chance.NextBytes(assembly);
            "PE"u8.CopyTo(assembly);
            assembly[2] = (byte)version.Major;
            assembly[3] = (byte)version.Minor;
            assembly[4] = (byte)version.Build;
            return assembly;
        }).ToArray();
        var head = new BundleFile
        {
            Board = Boards.Simulator, Major = (ushort)version.Major, Minor = (ushort)version.Minor,
            Patch = (ushort)version.Build, LoaderMajor = 1, Names = ["WildCam.Wire", "WildCam.Camera", "WildCam.Esp32"],
            Sizes = [.. assemblies.Select(a => (uint)a.Length)],
        };
        change?.Invoke(head);
        var file = new byte[head.HeadBytes];
        head.Write(file, 0);
        return [.. file, .. assemblies.SelectMany(a => a)];
    }

    /// <summary>The version of an assembly; null where it is none of these.</summary>
    public static Version? VersionIn(byte[] assembly) =>
        assembly.AsSpan(0, 2).SequenceEqual("PE"u8) ? new Version(assembly[2], assembly[3], assembly[4]) : null;
}
