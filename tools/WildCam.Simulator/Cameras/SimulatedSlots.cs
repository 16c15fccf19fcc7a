using WildCam.Camera.Ports;
using WildCam.Loader;
using WildCam.Wire;

namespace WildCam.Simulator.Cameras;

/// <summary>A camera's slots for bundles: in a folder as on a board's flash, or in memory where that is null.</summary>
sealed class SimulatedSlots(string? folder) : ISlotStore, ILoaderStore
{
    readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    public int RunningSlot { get; set; } = Slots.BuiltIn;

    public int CapacityBytes => Boards.BundleBytesMax(Boards.Simulator);

    public int Length(byte slot) => Get(SlotPaths.Slot(slot))?.Length ?? 0;

    public bool Append(byte slot, byte[] source, int offset, int count)
    {
        var before = Get(SlotPaths.Slot(slot)) ?? [];
        return before.Length + count <= CapacityBytes
            && Put(SlotPaths.Slot(slot), [.. before, .. source.AsSpan(offset, count)]);
    }

    public int Read(byte slot, int position, byte[] target, int offset, int count)
    {
        var bytes = Get(SlotPaths.Slot(slot)) ?? [];
        var read = Math.Clamp(bytes.Length - position, 0, count);
        bytes.AsSpan(Math.Min(position, bytes.Length), read).CopyTo(target.AsSpan(offset));
        return read;
    }

    public bool Erase(byte slot) => Put(SlotPaths.Slot(slot), []);

    public byte[] ReadRecord(int copy) => Get(SlotPaths.Record(copy))!;

    public bool WriteRecord(int copy, byte[] record) => Put(SlotPaths.Record(copy), record);

    public byte[] ReadSlot(byte slot, int position, int count)
    {
        var bytes = Get(SlotPaths.Slot(slot)) ?? [];
        return position + count <= bytes.Length ? bytes.AsSpan(position, count).ToArray() : null!;
    }

    byte[]? Get(string name)
    {
        if (folder is null)
        {
            return _files.GetValueOrDefault(name);
        }

        var path = Path.Combine(folder, name);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    bool Put(string name, byte[] bytes)
    {
        if (folder is null)
        {
            _files[name] = bytes;
            return true;
        }

        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(Path.Combine(folder, name), bytes);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
