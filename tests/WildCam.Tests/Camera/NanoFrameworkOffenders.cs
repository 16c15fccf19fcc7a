#pragma warning disable CA1852, CA1802, CA1823, CA1814, CS0169, CS0649, IDE0051, IDE0044, CA1051, CA5350, CA1850
#pragma warning disable CA1508, CA1859, MA0045, MA0036, CA1829, CA1725, MA0084, CS0414, CA1065, CA1032, MA0018, MA0028
#pragma warning disable CA1000, CA1050, CA1052, CA1515, MA0053, MA0040, MA0032, IDE1006
using System.Text;

namespace WildCam.Tests.Camera;

/// <summary>Each of these types breaks one rule of the subset, so that the checker is seen to work.</summary>
sealed class OwnGeneric<T>
{
    public T[] Items = [];
}

sealed class GenericMethod
{
    public void Take<T>(T one)
    {
        _ = one;
    }
}

sealed class CallsGenericMethod
{
    public int[] None() => Array.Empty<int>();
}

sealed class FuncField
{
    public Func<int, int>? Twice;
}

sealed class FuncLocal
{
    public int Run(int n)
    {
        var next = () => n + 1;
        return next();
    }
}

sealed class ActionParameter
{
    public void Run(Action<int> action) => action(1);
}

sealed class Lists
{
    public object Make() => new List<string>();
}

sealed class Table
{
    public int[,]? Cells;
}

sealed class TableLocal
{
    public int Sum(int n)
    {
        var cells = new int[n, n];
        cells[0, 0] = n;
        return cells[0, 0];
    }
}

interface IWithDefault
{
    int One() => 1;
}

sealed class Waits
{
    public async Task Wait() => await Task.Yield();
}

sealed class Pair
{
    public (int, int) Both() => (1, 2);
}

sealed class Maybe
{
    public int? Number;
}

sealed class MaybeLocal
{
    public int Length(string? text)
    {
        var length = text?.Length;
        return length ?? 0;
    }
}

sealed class Yields
{
    public IEnumerable<int> Some()
    {
        yield return 1;
    }
}

sealed class Slice
{
    public int Sum(byte[] bytes) => bytes.AsSpan(1).Length;
}

sealed class Money
{
    public decimal Sum;
}

sealed class ForeignType
{
    public string Plain(string path) => Path.GetFullPath(path);
}

sealed class ForeignMember
{
    public string Plain(string text) => text.Normalize();
}

sealed class ForeignCatch
{
    public void Try(object gate)
    {
        try
        {
            lock (gate)
            {
                return;
            }
        }
        catch (AggregateException)
        {
            return;
        }
    }
}

abstract class ForeignParent : EncoderFallback;

sealed class Sha
{
    public byte[] Hash(byte[] bytes)
    {
        using var sha = System.Security.Cryptography.SHA256.Create();
        return sha.ComputeHash(bytes);
    }
}

sealed class Interpolates
{
    public string Text(int number) => $"number {number}";
}

/// <summary>And this one breaks none.</summary>
sealed class Fine
{
    static readonly uint[] Table = [1, 2, 3];
    readonly byte[][] _rows = new byte[2][];
    int _count;

    public string Text(uint n, string text)
    {
        _rows[0] = new byte[4];
        _count += text.Length;
        switch (text)
        {
            case "one": return n.ToString("D8") + _count.ToString();
            case "two": return text + "/" + Table.Length.ToString();
            default: throw new InvalidOperationException("no text");
        }
    }
}
