using System.Runtime.InteropServices;
using System.Text;

namespace WildCam.Tests.Detection;

/// <summary>
/// Writes small ONNX files byte by byte: the few messages of onnx.proto3 that a graph of plain nodes needs. One input
/// and one output of floats.
/// </summary>
sealed class TinyOnnx(string input, long[] inputShape, string output, long[] outputShape)
{
    const int FloatType = 1;
    const int LongType = 7;
    const int IrVersion = 8;
    const int OperatorsVersion = 17;

    readonly List<byte> _nodes = [];
    readonly List<byte> _constants = [];

    /// <summary>A node without attributes: its operator, its inputs, and its output last.</summary>
    public TinyOnnx Node(string kind, params string[] names)
    {
        var node = new List<byte>();
        foreach (var name in names[..^1])
        {
            AddText(node, 1, name);
        }

        AddText(node, 2, names[^1]);
        AddText(node, 4, kind);
        AddBytes(_nodes, 1, node);
        return this;
    }

    public TinyOnnx AddConstant(string name, long[] shape, float[] values) =>
        AddTensor(name, shape, FloatType, MemoryMarshal.AsBytes(values.AsSpan()));

    public TinyOnnx AddLongs(string name, long[] values) =>
        AddTensor(name, [values.Length], LongType, MemoryMarshal.AsBytes(values.AsSpan()));

    public byte[] Write()
    {
        var graph = new List<byte>(_nodes);
        AddText(graph, 2, "tiny");
        graph.AddRange(_constants);
        AddBytes(graph, 11, Port(input, inputShape));
        AddBytes(graph, 12, Port(output, outputShape));
        var operators = new List<byte>();
        AddNumber(operators, 2, OperatorsVersion);
        var model = new List<byte>();
        AddNumber(model, 1, IrVersion);
        AddBytes(model, 7, graph);
        AddBytes(model, 8, operators);
        return [.. model];
    }

    TinyOnnx AddTensor(string name, long[] shape, int type, ReadOnlySpan<byte> raw)
    {
        var tensor = new List<byte>();
        foreach (var side in shape)
        {
            AddNumber(tensor, 1, side);
        }

        AddNumber(tensor, 2, type);
        AddText(tensor, 8, name);
        AddBytes(tensor, 9, [.. raw]);
        AddBytes(_constants, 5, tensor);
        return this;
    }

    static List<byte> Port(string name, long[] shape)
    {
        var sides = new List<byte>();
        foreach (var side in shape)
        {
            var dimension = new List<byte>();
            AddNumber(dimension, 1, side);
            AddBytes(sides, 1, dimension);
        }

        var tensor = new List<byte>();
        AddNumber(tensor, 1, FloatType);
        AddBytes(tensor, 2, sides);
        var type = new List<byte>();
        AddBytes(type, 1, tensor);
        var port = new List<byte>();
        AddText(port, 1, name);
        AddBytes(port, 2, type);
        return port;
    }

    static void AddNumber(List<byte> message, int field, long value)
    {
        AddVarint(message, (ulong)(field << 3));
        AddVarint(message, (ulong)value);
    }

    static void AddText(List<byte> message, int field, string text) =>
        AddBytes(message, field, [.. Encoding.UTF8.GetBytes(text)]);

    static void AddBytes(List<byte> message, int field, List<byte> bytes)
    {
        AddVarint(message, (ulong)((field << 3) | 2));
        AddVarint(message, (ulong)bytes.Count);
        message.AddRange(bytes);
    }

    static void AddVarint(List<byte> message, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            message.Add((byte)(value | 0x80));
        }

        message.Add((byte)value);
    }
}
