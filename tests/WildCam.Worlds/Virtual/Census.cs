using System.Reflection;

namespace WildCam.Worlds.Virtual;

/// <summary>
/// The memory that a firmware object and all that it reaches would take as 32-bit nanoFramework holds it: its heap has
/// blocks of 12 bytes, and so have an object's or an array's head, and each field.
/// </summary>
sealed record Census(int LiveBytes = 0, int Objects = 0, int LargestArray = 0)
{
    const int BlockBytes = 12;

    public Census Max(Census other) => new(
        Math.Max(LiveBytes, other.LiveBytes), Math.Max(Objects, other.Objects),
        Math.Max(LargestArray, other.LargestArray));

    /// <summary>Everything that the root reaches, but for what is not to be counted, which is not looked into either.
    /// </summary>
    public static Census Of(object root, Func<object, bool> isForeign)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var waiting = new Stack<object>([root]);
        var (live, objects, largest) = (0, 0, 0);
        while (waiting.TryPop(out var one))
        {
            if (isForeign(one) || !seen.Add(one))
            {
                continue;
            }

            objects++;
            var bytes = Size(one, waiting);
            live += bytes;
            largest = one is Array ? Math.Max(largest, bytes) : largest;
        }

        return new Census(live, objects, largest);
    }

    static int Size(object one, Stack<object> waiting)
    {
        if (one is Array array)
        {
            var element = array.GetType().GetElementType()!;
            if (!element.IsPrimitive)
            {
                foreach (var item in array.OfType<object>())
                {
                    waiting.Push(item);
                }
            }

            return BlockBytes + Round(array.Length * Width(element));
        }

        if (one is string text)
        {
            return BlockBytes + Round(text.Length + 1);
        }

        // A field is a heap block of its own on nanoCLR, whatever its type.
        var fields = one.GetType().GetFields(
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        foreach (var value in fields.Where(f => !f.FieldType.IsValueType).Select(f => f.GetValue(one)))
        {
            if (value is not null)
            {
                waiting.Push(value);
            }
        }

        return BlockBytes + fields.Length * BlockBytes;
    }

    static int Width(Type element) => element.IsPrimitive
        ? System.Runtime.InteropServices.Marshal.SizeOf(element)
        : BlockBytes;

    static int Round(int bytes) => (bytes + BlockBytes - 1) / BlockBytes * BlockBytes;
}
