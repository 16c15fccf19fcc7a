using WildCam.Camera.Ports;
using WildCam.Loader;
using WildCam.Wire;

namespace WildCam.Worlds.Virtual;

/// <summary>Two slots and a record in memory, for camera and loader; a power cut tears what is being written.</summary>
sealed class FakeSlots(PowerSupply power) : ISlotStore, ILoaderStore
{
    readonly byte[]?[] _records = new byte[2][];

    public byte[][] Bytes { get; } = [[], []];

    public int RunningSlot { get; set; } = Wire.Slots.NoLoader;

    public int CapacityBytes { get; set; } = 1 << 20;

    /// <summary>Whether the record can be written.</summary>
    public bool RefusesRecord { get; set; }

    /// <summary>Whether slots can be written.</summary>
    public bool RefusesSlots { get; set; }

    /// <summary>Appends since the start: what must not happen where an offer is refused.</summary>
    public int SlotWrites { get; private set; }

    public SlotRecord Record => SlotRecord.Newest(_records[0]!, _records[1]!);

    public int Length(byte slot) => Bytes[slot].Length;

    public bool Append(byte slot, byte[] source, int offset, int count)
    {
        Must.Hold(slot != RunningSlot, $"The running slot {slot} is written to.");
        SlotWrites++;
        if (power.GoesNow())
        {
            Bytes[slot] = [.. Bytes[slot], .. source.AsSpan(offset, power.Chance.Next(count + 1))];
            throw new PowerCutException();
        }

        if (RefusesSlots || Bytes[slot].Length + count > CapacityBytes)
        {
            return false;
        }

        Bytes[slot] = [.. Bytes[slot], .. source.AsSpan(offset, count)];
        return true;
    }

    public int Read(byte slot, int position, byte[] target, int offset, int count)
    {
        var read = Math.Clamp(Bytes[slot].Length - position, 0, count);
        Bytes[slot].AsSpan(Math.Min(position, Bytes[slot].Length), read).CopyTo(target.AsSpan(offset));
        return read;
    }

    public bool Erase(byte slot)
    {
        Must.Hold(slot != RunningSlot, $"The running slot {slot} is erased.");
        SlotWrites++;
        if (power.GoesNow())
        {
            Bytes[slot] = power.Chance.Next(2) == 0 ? [] : Bytes[slot];
            throw new PowerCutException();
        }

        Bytes[slot] = RefusesSlots ? Bytes[slot] : [];
        return !RefusesSlots;
    }

    public byte[] ReadRecord(int copy) => _records[copy]!;

    public bool WriteRecord(int copy, byte[] record)
    {
        Must.Hold(record.Length <= SlotRecord.BytesMax, $"A record of {record.Length} bytes.");
        if (power.GoesNow())
        {
            // A torn file: a first part of the new bytes, or the whole and nothing of it known.
            _records[copy] = power.Chance.Next(3) switch
            {
                0 => null,
                1 => record[..power.Chance.Next(record.Length)],
                _ => record,
            };
            throw new PowerCutException();
        }

        _records[copy] = RefusesRecord ? _records[copy] : record;
        return !RefusesRecord;
    }

    public byte[] ReadSlot(byte slot, int position, int count) =>
        position + count <= Bytes[slot].Length ? Bytes[slot].AsSpan(position, count).ToArray() : null!;
}
