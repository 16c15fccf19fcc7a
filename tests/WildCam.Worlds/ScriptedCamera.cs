using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Npgsql;
using WildCam.Imaging;
using WildCam.Mqtt;
using WildCam.Simulator.Cameras;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.Worlds;

/// <summary>A picture with the id that its camera gave it.</summary>
sealed record ScriptedPicture(ulong SpoolId, ulong Counter, byte[] Bytes)
{
    public byte[] Digest { get; init; } = DigestOf(Bytes);

    public byte[] DeviceCaptureId => [.. BitConverter.GetBytes(SpoolId), .. BitConverter.GetBytes(Counter)];

    public static ScriptedPicture Random(ulong spoolId, ulong counter, int sizeBytes)
    {
        var bytes = new byte[sizeBytes];
        new Random((int)(spoolId * 1000 + counter)).NextBytes(bytes);
        return new ScriptedPicture(spoolId, counter, bytes);
    }

    /// <summary>A picture that can be decoded: a small one, and noise behind its end that decoders pass over.</summary>
    public static ScriptedPicture Jpeg(ulong spoolId, ulong counter, int sizeBytes, Random chance)
    {
        using var image = new PixelImage(160, 120, 3);
        chance.NextBytes(image.Pixels);
        using var jpeg = JpegCodec.Encode(image, 80);
        var bytes = new byte[Math.Max(sizeBytes, jpeg.Memory.Length)];
        chance.NextBytes(bytes);
        jpeg.Memory.Span.CopyTo(bytes);
        return new ScriptedPicture(spoolId, counter, bytes);
    }

    public static byte[] DigestOf(byte[] bytes)
    {
        var chain = new DigestChain();
        for (var at = 0; at < bytes.Length; at += Protocol.BlockBytes)
        {
            chain.Append(bytes[at..Math.Min(bytes.Length, at + Protocol.BlockBytes)]);
        }

        return chain.Finish();
    }
}

/// <summary>Makes a chunk's header say something else.</summary>
delegate void ChunkChange(ref ChunkHeader header);

/// <summary>
/// The camera's side of the wire, written out plainly, so that a test can also do what no camera should.
/// </summary>
sealed class ScriptedCamera : IAsyncDisposable
{
    public const ushort ChunkBytes = 8192;
    static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(20);

    readonly Channel<(string Word, byte[] Payload)> _heard = Channel.CreateUnbounded<(string, byte[])>();
    readonly ConcurrentDictionary<string, int> _counts = new();
    MqttClient? _client;
    int _attempt;

    ScriptedCamera(string code, string credential)
    {
        Code = code;
        Credential = credential;
    }

    public string Code { get; }

    public string Credential { get; }

    public MqttClient Client => _client!;

    public int Attempts => _attempt;

    public bool IsConnected => _client is { IsConnected: true };

    /// <summary>At most once where no acknowledgement can come back, at least once else, as cameras do.</summary>
    public MqttQos Qos { get; set; } = MqttQos.AtLeastOnce;

    /// <summary>Where it is a list, what the camera says is written down in it.</summary>
    public List<(string Word, byte[] Payload)>? Record { get; set; }

    /// <summary>The connection is gone, without a goodbye.</summary>
    public void Abort() => _client?.Abort();

    /// <summary>Messages of this word that the hub sent.</summary>
    public int Heard(string word) => _counts.GetValueOrDefault(word);

    /// <summary>The scripted self of a camera that is registered already.</summary>
    public static ScriptedCamera Of(CameraAccount account) => new(account.Code, account.Password);

    /// <summary>Registers a camera in the project "test" and gives its scripted self.</summary>
    public static async Task<ScriptedCamera> RegisterAsync(NpgsqlDataSource database, string code)
    {
        await using var project = database.CreateCommand("""
            insert into projects (slug, name, time_zone) values ('test', 'Test', 'Africa/Nairobi')
            on conflict (slug) do nothing
            """);
        await project.ExecuteNonQueryAsync();
        var added = await new CameraRegistration(database).AddAsync(
            new NewCamera("test", code, $"Camera {code}"), CancellationToken.None);
        Must.Equal(CameraRefusal.None, added.Refusal, $"registering {code}");
        return new ScriptedCamera(code, added.Credential!);
    }

    /// <summary>Connects and listens to what is meant for it.</summary>
    public async Task ConnectAsync(int port, MqttWill? will = null, MqttVersion version = MqttVersion.V311)
    {
        _client = await MqttClient.ConnectAsync(
            new MqttClientOptions
            {
                Host = "127.0.0.1",
                Port = port,
                Version = version,
                ClientId = $"{Code}-{Guid.NewGuid():N}",
                UserName = Code,
                Password = Encoding.ASCII.GetBytes(Credential),
                Will = will,
                Received = Receive,
            },
            CancellationToken.None);
        await _client.SubscribeAsync(Topics.AllDown(Code), MqttQos.AtLeastOnce, CancellationToken.None);
    }

    public Task SendAsync(string word, byte[] payload)
    {
        Record?.Add((word, payload));
        return Client.PublishAsync(Topics.Up(Code, word), payload, Qos, CancellationToken.None);
    }

    /// <summary>Says hello and waits for the time.</summary>
    public async Task<HubTime> HelloAsync(uint boot = 1, uint session = 1, uint epoch = 1, uint seconds = 1000)
    {
        var hello = new Hello { Boot = boot, Session = session, ClockEpoch = epoch, ClockSeconds = seconds };
        var bytes = new byte[Hello.Bytes];
        hello.Write(bytes, 0);
        await SendAsync(Topics.Hello, bytes);
        var answer = await HearAsync(Topics.Time);
        Must.Hold(HubTime.TryRead(answer, 0, answer.Length, out var time), "The time cannot be read.");
        return time;
    }

    /// <summary>Offers a picture; gives the word that answered and its bytes.</summary>
    public async Task<(string Word, byte[] Payload)> OfferAsync(
        ScriptedPicture picture, Action<Begin>? change = null)
    {
        var begin = new Begin
        {
            SpoolId = picture.SpoolId,
            Counter = picture.Counter,
            Attempt = (ushort)Interlocked.Increment(ref _attempt),
            SizeBytes = (uint)picture.Bytes.Length,
            Digest = picture.Digest,
            ChunkBytes = ChunkBytes,
            Trigger = Triggers.Motion,
            BurstIndex = 1,
            BurstCount = 1,
            ClockEpoch = 1,
            ClockSeconds = 1000,
            Temperature = Protocol.NoTemperature,
        };
        change?.Invoke(begin);
        var bytes = new byte[Begin.Bytes];
        begin.Write(bytes, 0);
        await SendAsync(Topics.Begin, bytes);
        return await HearAnyAsync(Topics.Want, Topics.Receipt, Topics.Later);
    }

    /// <summary>Sends what a want names, at most so many chunks; the end only after all of them.</summary>
    public async Task SendWantedAsync(ScriptedPicture picture, Want want, int chunksMax = int.MaxValue)
    {
        var sent = 0;
        for (var i = 0; i < want.ChunkCount && sent < chunksMax; i++)
        {
            if (want.IsMissing(i))
            {
                await SendChunkAsync(picture, want.Attempt, i);
                sent++;
            }
        }

        if (sent < chunksMax)
        {
            await SendEndAsync(picture, want.Attempt);
        }
    }

    public Task SendEndAsync(ScriptedPicture picture, ushort attempt)
    {
        var end = new End { SpoolId = picture.SpoolId, Counter = picture.Counter, Attempt = attempt };
        var bytes = new byte[End.Bytes];
        end.Write(bytes, 0);
        return SendAsync(Topics.End, bytes);
    }

    /// <summary>Sends a chunk; the bytes behind its header may be spoilt after their CRC was computed.</summary>
    public Task SendChunkAsync(
        ScriptedPicture picture, ushort attempt, int index, ChunkChange? change = null,
        Action<byte[]>? spoil = null)
    {
        var at = index * ChunkBytes;
        var count = Math.Min(ChunkBytes, picture.Bytes.Length - at);
        var message = new byte[ChunkHeader.Bytes + count];
        var header = new ChunkHeader
        {
            SpoolId = picture.SpoolId,
            Counter = picture.Counter,
            Attempt = attempt,
            Index = (ushort)index,
            Length = (ushort)count,
            Crc32 = Crc32.Compute(picture.Bytes, at, count),
        };
        change?.Invoke(ref header);
        header.Write(message, 0);
        picture.Bytes.AsSpan(at, count).CopyTo(message.AsSpan(ChunkHeader.Bytes));
        spoil?.Invoke(message);
        return SendAsync(Topics.Chunk, message);
    }

    /// <summary>The whole delivery, once.</summary>
    public async Task<Receipt> DeliverAsync(ScriptedPicture picture)
    {
        var (word, payload) = await OfferAsync(picture);
        while (word == Topics.Want)
        {
            Must.Hold(Want.TryRead(payload, 0, payload.Length, out var want), "The want cannot be read.");
            await SendWantedAsync(picture, want);
            (word, payload) = await HearAnyAsync(Topics.Want, Topics.Receipt, Topics.Later);
        }

        Must.Equal(Topics.Receipt, word, $"the answer to {Code}");
        return ReadReceipt(payload);
    }

    /// <summary>Delivers through every break: connects again and offers again until there is a receipt.</summary>
    public async Task<Receipt> DeliverThroughAsync(ScriptedPicture picture, Func<int> port, TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        while (true)
        {
            deadline.Token.ThrowIfCancellationRequested();
            try
            {
                if (_client is not { IsConnected: true })
                {
                    Drain();
                    await ConnectAsync(port());
                    await HelloAsync(session: (uint)Interlocked.Increment(ref _attempt));
                }

                return await DeliverAsync(picture);
            }
            catch (Exception fault) when (fault is MqttException or SocketException or IOException or TimeoutException)
            {
                await Task.Delay(100, deadline.Token);
            }
        }
    }

    public async Task<byte[]> HearAsync(string word) => (await HearAnyAsync(word)).Payload;

    /// <summary>The next message of one of these words; others are passed over.</summary>
    public async Task<(string Word, byte[] Payload)> HearAnyAsync(params string[] words)
    {
        using var timeout = new CancellationTokenSource(AnswerTimeout);
        while (true)
        {
            var next = _heard.Reader.ReadAsync(timeout.Token).AsTask();
            try
            {
                if (await Task.WhenAny(next, Client.Closed) != next)
                {
                    // A read that is left waiting would take the first message of the next connection.
                    await timeout.CancelAsync();
                    throw new MqttException("The connection ended while an answer was due.");
                }

                var heard = await next;
                if (words.Contains(heard.Word))
                {
                    return heard;
                }
            }
            catch (OperationCanceledException late)
            {
                throw new TimeoutException(
                    $"{Code} heard no {string.Join(" or ", words)} within {AnswerTimeout}.", late);
            }
        }
    }

    public static Receipt ReadReceipt(byte[] payload)
    {
        Must.Hold(Receipt.TryRead(payload, 0, payload.Length, out var receipt), "The receipt cannot be read.");
        return receipt;
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }
    }

    void Drain()
    {
        while (_heard.Reader.TryRead(out _))
        {
        }
    }

    void Receive(MqttPublication publication)
    {
        var word = publication.Topic[(publication.Topic.LastIndexOf('/') + 1)..];
        _counts.AddOrUpdate(word, 1, (_, count) => count + 1);
        _heard.Writer.TryWrite((word, System.Buffers.BuffersExtensions.ToArray(publication.Payload)));
    }
}
