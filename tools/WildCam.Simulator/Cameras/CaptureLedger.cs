using System.Buffers.Binary;
using WildCam.Wire;

namespace WildCam.Simulator.Cameras;

/// <summary>All pictures of a simulation, by camera: taken, offered, receipted. For many threads.</summary>
sealed class CaptureLedger(int capturesMax, Action<CaptureRecord> receipted)
{
    readonly Lock _gate = new();
    readonly Dictionary<string, Shelf> _shelves = new(StringComparer.Ordinal);
    readonly Queue<CaptureRecord> _all = new();
    readonly long[] _outcomes = new long[ReceiptOutcomes.Never + 1];
    long _captured;

    public void Add(CaptureRecord record)
    {
        lock (_gate)
        {
            var shelf = ShelfOf(record.Camera);
            shelf.Waiting.Add(record);
            shelf.Captured++;
            _captured++;
            _all.Enqueue(record);
            if (_all.Count > capturesMax)
            {
                _all.Dequeue();
            }
        }
    }

    /// <summary>The spool could not keep the camera's last picture.</summary>
    public void Remove(CaptureRecord record)
    {
        lock (_gate)
        {
            var shelf = ShelfOf(record.Camera);
            if (shelf.Waiting.Remove(record))
            {
                shelf.Captured--;
                _captured--;
                record.Outcome = ReceiptOutcomes.Never;
            }
        }
    }

    public int CapturedOf(string camera)
    {
        lock (_gate)
        {
            return ShelfOf(camera).Captured;
        }
    }

    public int WaitingOf(string camera)
    {
        lock (_gate)
        {
            return ShelfOf(camera).Waiting.Count;
        }
    }

    /// <summary>A camera offers a picture under an id; a new id after a conflict.</summary>
    public void Offered(string camera, string digest, ulong spoolId, ulong counter)
    {
        var id = IdText(spoolId, counter);
        lock (_gate)
        {
            var same = ShelfOf(camera).Waiting.Where(r => r.Digest == digest).ToList();
            var record = same.Find(r => r.DeviceCaptureId == id)
                ?? same.Find(r => r.DeviceCaptureId is null)
                ?? same.Find(r => r.Outcome == ReceiptOutcomes.Conflict);
            if (record is not null)
            {
                record.DeviceCaptureId = id;
            }
        }
    }

    public void Receipted(string camera, Receipt receipt, DateTimeOffset now)
    {
        if (receipt.Outcome is ReceiptOutcomes.None or > ReceiptOutcomes.Never)
        {
            return;
        }

        CaptureRecord? record;
        lock (_gate)
        {
            var shelf = ShelfOf(camera);
            var id = IdText(receipt.SpoolId, receipt.Counter);
            record = shelf.Waiting.Find(r => r.DeviceCaptureId == id);
            if (record is null)
            {
                // Receipts may repeat.
                return;
            }

            record.Outcome = receipt.Outcome;
            record.Code = receipt.Code;
            _outcomes[receipt.Outcome]++;
            if (!record.IsReceipted)
            {
                return;
            }

            record.ReceiptedAt = now;
            shelf.Waiting.Remove(record);
        }

        receipted(record);
    }

    public IReadOnlyList<CaptureRecord> All()
    {
        lock (_gate)
        {
            return [.. _all.Where(r => r.Outcome != ReceiptOutcomes.Never || r.DeviceCaptureId is not null)];
        }
    }

    public FleetProgress Count(FleetProgress progress)
    {
        lock (_gate)
        {
            return progress with
            {
                Captured = _captured,
                Stored = _outcomes[ReceiptOutcomes.Stored],
                Duplicate = _outcomes[ReceiptOutcomes.Duplicate],
                Quarantined = _outcomes[ReceiptOutcomes.Quarantined],
                Conflicts = _outcomes[ReceiptOutcomes.Conflict],
                Never = _outcomes[ReceiptOutcomes.Never],
            };
        }
    }

    /// <summary>A device capture id as the hub's API writes it: spool id, then counter, little-endian, in
    /// hex.</summary>
    public static string IdText(ulong spoolId, ulong counter)
    {
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(id, spoolId);
        BinaryPrimitives.WriteUInt64LittleEndian(id[8..], counter);
        return Convert.ToHexStringLower(id);
    }

    Shelf ShelfOf(string camera) =>
        _shelves.TryGetValue(camera, out var shelf) ? shelf : _shelves[camera] = new Shelf();

    sealed class Shelf
    {
        public List<CaptureRecord> Waiting { get; } = [];

        public int Captured { get; set; }
    }
}
