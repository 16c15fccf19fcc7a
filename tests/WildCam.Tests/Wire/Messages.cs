using System.Collections;
using System.Reflection;
using WildCam.Wire;

namespace WildCam.Tests.Wire;

delegate bool TryReadMessage(byte[] source, int offset, int count, out object? message);

/// <summary>One kind of message: an example whose every field differs from the default, and how it is read.</summary>
sealed record MessageKind(string Name, byte[] Example, object Message, TryReadMessage TryRead, bool HasFixedLength)
{
    /// <summary>Whether it ends with a CRC-32.</summary>
    public bool IsSealed => Example[0] == Protocol.SealedVersion;

    public override string ToString() => Name;
}

/// <summary>Every message of the wire, filled with counting values by reflection: no field is forgotten.</summary>
static class Messages
{
    public static IReadOnlyList<MessageKind> All { get; } =
    [
        Fixed<Begin>(), Fixed<BundleOffer>(), Fixed<BundleState>(), Fixed<BundleWant>(), Fixed<CameraConfig>(),
        Fixed<Command>(), Fixed<CommandResult>(), Fixed<Credential>(), Fixed<End>(), Fixed<EnrolRequest>(),
        Fixed<Heartbeat>(), Fixed<Hello>(), Fixed<HubTime>(), Fixed<Later>(), Fixed<Receipt>(), Fixed<Sleep>(),
        Fixed(new ConfigReport { InForce = Filled(new CameraConfig()) }), ExampleWant(),
        ExampleChunk(), ExampleBundleChunk(), ExamplePreview(), ExampleWill(), ExampleFooter(),
    ];

    public static MessageKind Named(string name) => All.Single(m => m.Name == name);

    /// <summary>All fields, for comparison and for reading.</summary>
    public static string Facts(object message)
    {
        var fields = message.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance);
        return string.Join(", ", fields.Select(f => $"{f.Name}={Text(f.GetValue(message)!)}"));
    }

    static string Text(object value) => value is byte[] bytes ? Convert.ToHexString(bytes)
        : value is CameraConfig ? $"({Facts(value)})" : value is IEnumerable and not string ? "?" : $"{value}";

    static MessageKind Fixed<T>() where T : class, new() => Fixed(new T());

    static MessageKind Fixed<T>(T empty) where T : class
    {
        var message = Filled(empty);
        var bytes = new byte[(int)typeof(T).GetField("Bytes")!.GetRawConstantValue()!];
        var written = (int)typeof(T).GetMethod("Write")!.Invoke(message, [bytes, 0])!;
        Assert.Equal(bytes.Length, written);
        var tryRead = typeof(T).GetMethod("TryRead")!;
        return new MessageKind(typeof(T).Name, bytes, message, Read, true);

        bool Read(byte[] source, int offset, int count, out object? read)
        {
            object?[] arguments = [source, offset, count, null];
            var isRead = (bool)tryRead.Invoke(null, arguments)!;
            read = arguments[3];
            return isRead;
        }
    }

    static T Filled<T>(T message) where T : class
    {
        var next = 0x11;
        foreach (var field in typeof(T).GetFields(BindingFlags.Public | BindingFlags.Instance))
        {
            if (field.GetValue(message) is byte[] bytes)
            {
                for (var i = 0; i < bytes.Length; i++)
                {
                    bytes[i] = (byte)(next + i);
                }
            }
            else if (field.FieldType.IsPrimitive)
            {
                // Every byte of the number differs, so that swapped or truncated bytes are seen.
                var number = 0ul;
                for (var i = 0; i < 8; i++)
                {
                    number = (number << 8) | (byte)(next + 7 - i);
                }

                field.SetValue(message, Narrow(number, field.FieldType));
            }

            next += 8;
        }

        return message;
    }

    static object Narrow(ulong number, Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => (byte)number,
        TypeCode.SByte => (sbyte)-(long)(number & 0x7F),
        TypeCode.Int16 => (short)-(long)(number & 0x7FFF),
        TypeCode.UInt16 => (ushort)number,
        TypeCode.UInt32 => (uint)number,
        TypeCode.Int64 => -(long)(number & long.MaxValue),
        TypeCode.UInt64 => number,
        _ => throw new InvalidOperationException($"No example for {type.Name}."),
    };

    static MessageKind ExampleWant()
    {
        var want = new Want
        {
            SpoolId = 0x1112131415161718, Counter = 0x2122232425262728, Attempt = 0x3132, ChunkCount = 19,
            Route = "hub-7", Missing = [0xA5, 0x00, 0x05],
        };
        var bytes = new byte[want.Length];
        Assert.Equal(bytes.Length, want.Write(bytes, 0));
        return new MessageKind("Want", bytes, want, Read, false);

        static bool Read(byte[] source, int offset, int count, out object? read)
        {
            var isRead = Want.TryRead(source, offset, count, out var want);
            read = want;
            return isRead;
        }
    }

    static MessageKind ExampleChunk()
    {
        byte[] picture = [1, 2, 3, 4, 5];
        var header = new ChunkHeader
        {
            SpoolId = 0x1112131415161718, Counter = 0x2122232425262728, Attempt = 0x3132, Index = 0x4142, Length = 5,
            Crc32 = Crc32.Compute(picture, 0, 5),
        };
        var bytes = new byte[ChunkHeader.Bytes + 5];
        picture.CopyTo(bytes, header.Write(bytes, 0));
        return new MessageKind("Chunk", bytes, header, Read, false);

        static bool Read(byte[] source, int offset, int count, out object? read)
        {
            var isRead = ChunkHeader.TryRead(source, offset, count, count, out var header);
            read = header;
            return isRead;
        }
    }

    static MessageKind ExampleBundleChunk()
    {
        byte[] part = [1, 2, 3, 4, 5];
        var header = new BundleChunkHeader
        {
            BundleId = 0x1112131415161718, Offset = 0x21222324, Length = 5, Crc32 = Crc32.Compute(part, 0, 5),
        };
        var bytes = new byte[BundleChunkHeader.Bytes + 5];
        part.CopyTo(bytes, header.Write(bytes, 0));
        return new MessageKind("BundleChunk", bytes, header, Read, false);

        static bool Read(byte[] source, int offset, int count, out object? read)
        {
            var isRead = BundleChunkHeader.TryRead(source, offset, count, out var header);
            read = header;
            return isRead;
        }
    }

    static MessageKind ExamplePreview()
    {
        var header = new PreviewHeader { Frame = 0x11121314, FrameBytes = 0x10000, Offset = 0x8000, Length = 3 };
        var bytes = new byte[PreviewHeader.Bytes + 3];
        new byte[] { 7, 8, 9 }.CopyTo(bytes, header.Write(bytes, 0));
        return new MessageKind("Preview", bytes, header, Read, false);

        static bool Read(byte[] source, int offset, int count, out object? read)
        {
            var isRead = PreviewHeader.TryRead(source, offset, count, out var header);
            read = header;
            return isRead;
        }
    }

    static MessageKind ExampleWill()
    {
        var will = new LastWill { Boot = 4_294_967_295, Session = 17 };
        var bytes = System.Text.Encoding.ASCII.GetBytes(will.Text());
        return new MessageKind("LastWill", bytes, will, Read, false);

        static bool Read(byte[] source, int offset, int count, out object? read)
        {
            var isRead = LastWill.TryRead(source, offset, count, out var will);
            read = will;
            return isRead;
        }
    }

    static MessageKind ExampleFooter()
    {
        var footer = Filled(new SpoolFooter());
        footer.SizeBytes = 123_456;
        var bytes = new byte[SpoolFooter.Bytes];
        var crcAt = footer.Write(bytes, 0);
        SpoolFooter.Seal(bytes, 0, Crc32.Compute(bytes, 0, crcAt));
        return new MessageKind("SpoolFooter", bytes, footer, Read, true);

        static bool Read(byte[] source, int offset, int count, out object? read)
        {
            var isRead = SpoolFooter.TryRead(source, offset, count, out var footer);
            read = footer;
            return isRead;
        }
    }
}
