using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace WildCam.Hub.Detection.Onnx;

/// <summary>Types of tensor elements that detectors use; the values of ONNXTensorElementDataType.</summary>
enum OnnxType
{
    Float = 1,
    Long = 7,
}

/// <summary>An input or output of a model; dimensions below 1 are free.</summary>
sealed record OnnxPort(string Name, OnnxType Type, long[] Shape)
{
    public override string ToString() =>
        $"{Name} {(Type == OnnxType.Long ? "int64" : "float")}[{string.Join(',', Shape.Select(Side))}]";

    static string Side(long value) => value < 1 ? "?" : value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A tensor given to a model: of floats, or of longs.</summary>
sealed record OnnxInput(string Name, long[] Shape, float[]? Floats, long[]? Longs = null);

/// <summary>A tensor that a model gave; longs come as floats.</summary>
sealed record OnnxOutput(string Name, long[] Shape, float[] Values);

/// <summary>A loaded model. It may run on many threads at once; disposing it waits for them.</summary>
sealed unsafe class OnnxSession : SafeHandle
{
    /// <summary>Most elements of an output: a million boxes of 20 numbers. Others are refused.</summary>
    public const int OutputElementsMax = 20_000_000;

    const int DimensionsMax = 8;
    const int PortsMax = 16;

    readonly OnnxLibrary _library;

    public OnnxSession(OnnxLibrary library, ReadOnlySpan<byte> model, int threads)
        : base(0, ownsHandle: true)
    {
        _library = library;
        SetHandle(library.CreateSession(model, threads));
        Inputs = ReadPorts(30, 33, 36);
        Outputs = ReadPorts(31, 34, 37);
    }

    public IReadOnlyList<OnnxPort> Inputs { get; }

    public IReadOnlyList<OnnxPort> Outputs { get; }

    public override bool IsInvalid => handle == 0;

    /// <summary>Runs the model. Cancelling ends a run that hangs.</summary>
    /// <exception cref="OnnxException">The runtime refused, or an output is over its bound.</exception>
    public IReadOnlyList<OnnxOutput> Run(IReadOnlyList<OnnxInput> inputs, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var held = false;
        DangerousAddRef(ref held);
        var pins = new List<GCHandle>();
        var given = new nint[inputs.Count];
        var made = new nint[Outputs.Count];
        nint options = 0;
        try
        {
            nint created;
            _library.Check(((delegate* unmanaged<nint*, nint>)_library[39])(&created));
            options = created;
            for (var i = 0; i < given.Length; i++)
            {
                given[i] = Wrap(inputs[i], pins);
            }

            using var end = cancellationToken.Register(() => Terminate(options));
            Run(inputs, given, made, options, pins);
            return [.. made.Select((value, i) => ReadOutput(Outputs[i].Name, value))];
        }
        catch (OnnxException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            foreach (var value in given.Concat(made))
            {
                _library.Release(96, value);
            }

            _library.Release(97, options);
            pins.ForEach(p => p.Free());
            DangerousRelease();
        }
    }

    protected override bool ReleaseHandle()
    {
        _library.ReleaseSession(handle);
        return true;
    }

    void Run(IReadOnlyList<OnnxInput> inputs, nint[] given, nint[] made, nint options, List<GCHandle> pins)
    {
        var inputNames = inputs.Select(i => PinName(i.Name, pins)).ToArray();
        var outputNames = Outputs.Select(o => PinName(o.Name, pins)).ToArray();
        fixed (nint* givenAt = given, madeAt = made, inputNamesAt = inputNames, outputNamesAt = outputNames)
        {
            _library.Check(
                ((delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)_library[9])(
                    handle, options, inputNamesAt, givenAt, (nuint)given.Length, outputNamesAt, (nuint)made.Length,
                    madeAt));
        }
    }

    void Terminate(nint options) =>
        _library.Release(93, ((delegate* unmanaged<nint, nint>)_library[46])(options));

    nint Wrap(OnnxInput input, List<GCHandle> pins)
    {
        Array values = input.Floats is not null ? input.Floats : input.Longs!;
        var pin = GCHandle.Alloc(values, GCHandleType.Pinned);
        pins.Add(pin);
        var (type, bytes) = input.Floats is not null
            ? (OnnxType.Float, values.Length * sizeof(float))
            : (OnnxType.Long, values.Length * sizeof(long));
        nint value;
        fixed (long* shape = input.Shape)
        {
            _library.Check(((delegate* unmanaged<nint, nint, nuint, long*, nuint, int, nint*, nint>)_library[49])(
                _library.CpuMemory, pin.AddrOfPinnedObject(), (nuint)bytes, shape, (nuint)input.Shape.Length,
                (int)type, &value));
        }

        return value;
    }

    OnnxOutput ReadOutput(string name, nint value)
    {
        nint info;
        _library.Check(((delegate* unmanaged<nint, nint*, nint>)_library[65])(value, &info));
        try
        {
            var (type, shape) = ReadTensorInfo(name, info);
            long elements = 1;
            foreach (var dimension in shape)
            {
                elements = Math.Min(elements * Math.Max(dimension, 0), (long)OutputElementsMax + 1);
            }

            if (elements > OutputElementsMax)
            {
                throw new OnnxException(
                    $"Output {name} has [{string.Join(',', shape)}] elements, over OutputElementsMax "
                    + $"({OutputElementsMax}).");
            }

            nint data;
            _library.Check(((delegate* unmanaged<nint, nint*, nint>)_library[51])(value, &data));
            var values = new float[elements];
            if (type == OnnxType.Float)
            {
                new ReadOnlySpan<float>((void*)data, values.Length).CopyTo(values);
            }
            else
            {
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = ((long*)data)[i];
                }
            }

            return new OnnxOutput(name, shape, values);
        }
        finally
        {
            _library.Release(99, info);
        }
    }

    List<OnnxPort> ReadPorts(int countPlace, int typePlace, int namePlace)
    {
        nuint count;
        _library.Check(((delegate* unmanaged<nint, nuint*, nint>)_library[countPlace])(handle, &count));
        if (count > PortsMax)
        {
            throw new OnnxException($"The model has {count} inputs or outputs, over PortsMax ({PortsMax}).");
        }

        var ports = new List<OnnxPort>();
        for (nuint i = 0; i < count; i++)
        {
            nint text, type, info;
            _library.Check(((delegate* unmanaged<nint, nuint, nint, nint*, nint>)_library[namePlace])(
                handle, i, _library.Allocator, &text));
            var name = Marshal.PtrToStringUTF8(text)!;
            _library.Check(((delegate* unmanaged<nint, nint, nint>)_library[76])(_library.Allocator, text));
            _library.Check(((delegate* unmanaged<nint, nuint, nint*, nint>)_library[typePlace])(handle, i, &type));
            try
            {
                _library.Check(((delegate* unmanaged<nint, nint*, nint>)_library[55])(type, &info));
                var (element, shape) = info == 0
                    ? throw new OnnxException($"{name} is not a tensor.")
                    : ReadTensorInfo(name, info);
                ports.Add(new OnnxPort(name, element, shape));
            }
            finally
            {
                _library.Release(98, type);
            }
        }

        return ports;
    }

    (OnnxType Type, long[] Shape) ReadTensorInfo(string name, nint info)
    {
        int type;
        nuint count;
        _library.Check(((delegate* unmanaged<nint, int*, nint>)_library[60])(info, &type));
        _library.Check(((delegate* unmanaged<nint, nuint*, nint>)_library[61])(info, &count));
        if (!Enum.IsDefined((OnnxType)type) || count > DimensionsMax)
        {
            throw new OnnxException($"{name} is of element type {type} with {count} dimensions; only float and int64.");
        }

        var shape = new long[count];
        fixed (long* at = shape)
        {
            _library.Check(((delegate* unmanaged<nint, long*, nuint, nint>)_library[62])(info, at, count));
        }

        return ((OnnxType)type, shape);
    }

    static nint PinName(string name, List<GCHandle> pins)
    {
        var pin = GCHandle.Alloc(Encoding.UTF8.GetBytes(name + "\0"), GCHandleType.Pinned);
        pins.Add(pin);
        return pin.AddrOfPinnedObject();
    }
}
