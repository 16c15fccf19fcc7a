using System.Security.Cryptography;
using WildCam.Wire;

namespace WildCam.Worlds.Virtual;

/// <summary>
/// The hub's side of the protocol, as small as it can be: assembles, checks CRC and digest, stores once, receipts.
/// Its digest is computed with its own code.
/// </summary>
sealed class ModelHub(Field field)
{
    readonly Dictionary<(ulong, ulong), Assembly> _assemblies = [];

    sealed class Assembly
    {
        public required Begin Begin { get; set; }

        public required byte[]?[] Chunks { get; init; }

        public bool HasMismatched { get; set; }
    }

    public sealed record Picture(byte[] Bytes, byte[] Digest, byte Outcome, Begin Begin);

    public Dictionary<(ulong, ulong), Picture> Stored { get; } = [];

    public List<Begin> Begins { get; } = [];

    public List<Hello> Hellos { get; } = [];

    public List<Heartbeat> Heartbeats { get; } = [];

    public List<ConfigReport> Reports { get; } = [];

    public List<CommandResult> Results { get; } = [];

    public List<BundleState> Bundles { get; } = [];

    public List<Sleep> Sleeps { get; } = [];

    /// <summary>Gives the bytes of a bundle that a camera asks for.</summary>
    public Action<BundleWant>? OnBundleWant { get; set; }

    public List<BundleWant> BundleWants { get; } = [];

    public int PreviewParts { get; private set; }

    public int Chunks { get; private set; }

    public ulong SpoolIdToIssue { get; set; } = 0x1122334455667788;

    public double LaterChance { get; set; }

    public uint LaterSeconds { get; set; } = 5;

    /// <summary>An answer of the test's own to a begin; true where it was given.</summary>
    public Func<Begin, bool>? OnBegin { get; set; }

    /// <summary>The bytes that arrive are spoilt on the way into the assembly, so many times.</summary>
    public int SpoilNextEnds { get; set; }

    public string Route { get; set; } = "";

    public HashSet<string> Routes { get; } = [];

    public bool IsSilent { get; set; }

    /// <summary>Dies and comes back: what is stored stays, what is assembled is gone.</summary>
    public void Restart() => _assemblies.Clear();

    public static byte[] DigestOf(byte[] bytes)
    {
        var link = HMACSHA256.HashData("WildCam capture digest, chain v1"u8, []);
        foreach (var block in bytes.Chunk(4096))
        {
            link = HMACSHA256.HashData(link, block);
        }

        return HMACSHA256.HashData(link, BitConverter.GetBytes((uint)bytes.Length));
    }

    public void Received(string word, string route, byte[] m)
    {
        if (IsSilent)
        {
            return;
        }

        switch (word)
        {
            case Topics.Hello when Hello.TryRead(m, 0, m.Length, out var hello):
                Hellos.Add(hello);
                var time = new HubTime
                {
                    ClockEpoch = hello.ClockEpoch, ClockSeconds = hello.ClockSeconds, UnixMilliseconds = field.HubTime,
                    IssuedSpoolId = hello.SpoolId == 0 ? SpoolIdToIssue : 0,
                };
                Send(Topics.Time, HubTime.Bytes, time.Write);
                break;
            case Topics.Begin when Begin.TryRead(m, 0, m.Length, out var begin):
                Begins.Add(begin);
                if (OnBegin?.Invoke(begin) != true)
                {
                    Offered(begin);
                }

                break;
            case Topics.Chunk when ChunkHeader.TryRead(m, 0, m.Length, m.Length, out var header):
                Routes.Add(route);
                Take(header, m.AsSpan(ChunkHeader.Bytes).ToArray());
                break;
            case Topics.End when End.TryRead(m, 0, m.Length, out var end):
                Ended(end);
                break;
            case Topics.Heartbeat when Heartbeat.TryRead(m, 0, m.Length, out var beat):
                Heartbeats.Add(beat);
                break;
            case Topics.Config when ConfigReport.TryRead(m, 0, m.Length, out var report):
                Reports.Add(report);
                break;
            case Topics.Result when CommandResult.TryRead(m, 0, m.Length, out var result):
                Results.Add(result);
                break;
            case Topics.Bundle when BundleState.TryRead(m, 0, m.Length, out var bundle):
                Bundles.Add(bundle);
                break;
            case Topics.BundleWant when BundleWant.TryRead(m, 0, m.Length, out var wanted):
                BundleWants.Add(wanted);
                OnBundleWant?.Invoke(wanted);
                break;
            case Topics.Sleep when Sleep.TryRead(m, 0, m.Length, out var sleep):
                Sleeps.Add(sleep);
                break;
            case Topics.Enrol when EnrolRequest.TryRead(m, 0, m.Length, out _):
                break; // Whoever tests enrolment answers it.
            case Topics.Preview when PreviewHeader.TryRead(m, 0, m.Length, out _):
                PreviewParts++;
                break;
            default:
                throw new WorldException(
                    $"The camera sent a message '{word}' of {m.Length} bytes that the hub cannot read.");
        }
    }

    public void Send(string word, int bytes, Func<byte[], int, int> write)
    {
        var message = new byte[bytes];
        Must.Equal(bytes, write(message, 0), $"bytes of a message '{word}'");
        field.Link.Deliver(word, message);
    }

    public void Receipt(Begin b, byte outcome, ushort code = 0)
    {
        var receipt = new Receipt
        {
            SpoolId = b.SpoolId, Counter = b.Counter, Attempt = b.Attempt, Outcome = outcome, Code = code,
        };
        Send(Topics.Receipt, WildCam.Wire.Receipt.Bytes, receipt.Write);
    }

    public void Later(Begin b, uint seconds)
    {
        var later = new Later
        {
            SpoolId = b.SpoolId, Counter = b.Counter, Attempt = b.Attempt, Seconds = seconds,
            Code = ReceiptCodes.Memory,
        };
        Send(Topics.Later, WildCam.Wire.Later.Bytes, later.Write);
    }

    public void Command(
        ulong id, byte kind, uint argument = 0, uint expiresSeconds = 60,
        (ulong SpoolId, ulong Counter) capture = default)
    {
        var command = new Command
        {
            CommandId = id, Kind = kind, Argument = argument, ExpiresSeconds = expiresSeconds,
            SentUnixSeconds = field.HubTime / 1000, SpoolId = capture.SpoolId, Counter = capture.Counter,
        };
        Send(Topics.Command, WildCam.Wire.Command.Bytes, command.Write);
    }

    void Offered(Begin begin)
    {
        var id = (begin.SpoolId, begin.Counter);
        if (Stored.TryGetValue(id, out var stored))
        {
            var isSame = stored.Digest.AsSpan().SequenceEqual(begin.Digest);
            Receipt(begin, isSame ? ReceiptOutcomes.Duplicate : ReceiptOutcomes.Conflict);
            return;
        }

        if (field.Chance.NextDouble() < LaterChance)
        {
            Later(begin, LaterSeconds);
            return;
        }

        if (!_assemblies.TryGetValue(id, out var assembly)
            || !assembly.Begin.Digest.AsSpan().SequenceEqual(begin.Digest))
        {
            var count = Protocol.ChunkCount(begin.SizeBytes, begin.ChunkBytes);
            assembly = new Assembly { Begin = begin, Chunks = new byte[count][] };
            _assemblies[id] = assembly;
        }

        assembly.Begin = begin;
        SendWant(assembly);
    }

    void SendWant(Assembly assembly)
    {
        var begin = assembly.Begin;
        var count = assembly.Chunks.Length;
        var want = new Want
        {
            SpoolId = begin.SpoolId, Counter = begin.Counter, Attempt = begin.Attempt, ChunkCount = (ushort)count,
            Route = Route, Missing = new byte[(count + 7) / 8],
        };
        for (var i = 0; i < count; i++)
        {
            want.Missing[i / 8] |= (byte)(assembly.Chunks[i] is null ? 1 << (i % 8) : 0);
        }

        Send(Topics.Want, want.Length, want.Write);
    }

    void Take(ChunkHeader header, byte[] bytes)
    {
        Chunks++;
        Must.Equal(header.Crc32, Crc32.Compute(bytes, 0, bytes.Length), "CRC-32 of a chunk");
        if (_assemblies.TryGetValue((header.SpoolId, header.Counter), out var assembly)
            && header.Attempt == assembly.Begin.Attempt)
        {
            assembly.Chunks[header.Index] = bytes;
        }
    }

    void Ended(End end)
    {
        var id = (end.SpoolId, end.Counter);
        if (!_assemblies.TryGetValue(id, out var assembly) || assembly.Begin.Attempt != end.Attempt)
        {
            return;
        }

        if (assembly.Chunks.Any(c => c is null))
        {
            SendWant(assembly);
            return;
        }

        var bytes = assembly.Chunks.SelectMany(c => c!).ToArray();
        if (SpoilNextEnds > 0)
        {
            SpoilNextEnds--;
            bytes[0] ^= 1;
        }

        var isRight = bytes.Length == assembly.Begin.SizeBytes
            && DigestOf(bytes).AsSpan().SequenceEqual(assembly.Begin.Digest);
        if (!isRight && !assembly.HasMismatched)
        {
            assembly.HasMismatched = true;
            Array.Clear(assembly.Chunks);
            SendWant(assembly);
            return;
        }

        var outcome = isRight ? ReceiptOutcomes.Stored : ReceiptOutcomes.Quarantined;
        Stored.Add(id, new Picture(bytes, assembly.Begin.Digest, outcome, assembly.Begin));
        _assemblies.Remove(id);
        Receipt(assembly.Begin, outcome, isRight ? ReceiptCodes.None : ReceiptCodes.CorruptOnCamera);
    }
}
