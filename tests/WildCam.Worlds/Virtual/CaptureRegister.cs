using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Worlds.Virtual;

/// <summary>
/// Keeps account of every capture id that a camera's card ever held, and of what was deleted without a receipt. It
/// watches the card and not the camera's own counters, so that those can be held against it. A picture is known by its
/// digest, which the hub has checked against the bytes.
/// </summary>
sealed class CaptureRegister
{
    readonly Field _field;
    readonly bool _isSmallCard;
    readonly Dictionary<(ulong SpoolId, ulong Counter), string> _pictures = [];
    readonly HashSet<string> _dropped = new(StringComparer.Ordinal);

    /// <summary>Watches the card of a field from now on.</summary>
    public CaptureRegister(Field field, bool isSmallCard)
    {
        _field = field;
        _isSmallCard = isSmallCard;
        field.Store.Closed = (area, number) => Enter(field.Store.Files[(area, number)]);
        field.Store.Deleting = Deleting;
    }

    /// <summary>Capture ids so far.</summary>
    public int Ids => _pictures.Count;

    /// <summary>Pictures that the full card cost.</summary>
    public int Dropped => _dropped.Count;

    /// <summary>A power cut may have left a whole file that was never closed.</summary>
    public void Look()
    {
        foreach (var file in _field.Store.Files.Values)
        {
            Enter(file);
        }
    }

    /// <summary>
    /// Each id is at the hub once and with its own picture; each picture is there, or on the card, or was dropped by
    /// the full-spool policy, and the camera counted at least those.
    /// </summary>
    public void Check()
    {
        Look();
        foreach (var (id, stored) in _field.Hub.Stored)
        {
            Must.Hold(
                _pictures.GetValueOrDefault(id) == Convert.ToHexString(stored.Digest),
                $"Seed {_field.Seed}: the hub has another picture under {id} than the card had.");
        }

        var there = Known();
        var gone = _pictures.Values.Where(p => !there.Contains(p)).ToHashSet(StringComparer.Ordinal);
        var silent = gone.Count(p => !_dropped.Contains(p));
        Must.Hold(silent == 0, $"Seed {_field.Seed}: {silent} pictures are gone, and nothing dropped them.");
        Must.Hold(
            _dropped.Count <= _field.Brain.Spool.DroppedCount,
            $"Seed {_field.Seed}: {_dropped.Count} were dropped, {_field.Brain.Spool.DroppedCount} are counted.");
    }

    void Enter(byte[] file)
    {
        if (!TryRead(file, out var footer, out var picture))
        {
            return;
        }

        var id = (footer.SpoolId, footer.Counter);
        Must.Hold(
            _pictures.TryAdd(id, picture) || _pictures[id] == picture,
            $"Seed {_field.Seed}: the id {id} was given to two pictures.");
    }

    // A deletion without a receipt, and without another copy on the card, is the full-spool policy's or a loss.
    void Deleting(byte area, uint number)
    {
        if (!_field.Store.Files.TryGetValue((area, number), out var file) || !TryRead(file, out _, out var picture)
            || IsAtHub(picture)
            || _field.Store.Files.Any(f => f.Key != (area, number) && IsOf(f.Value, picture)))
        {
            return;
        }

        Must.Hold(_isSmallCard, $"Seed {_field.Seed}: a picture is dropped, and the card has room.");
        var unit = _field.Profile.StoreUnitBytes;
        var used = _field.Store.Files.Where(f => f.Key.Area != StoreAreas.Ledger)
            .Sum(f => ((long)f.Value.Length + unit - 1) / unit * unit);
        var room = (_field.Profile.PictureBytesUsual + unit - 1) / unit * unit;
        Must.Hold(
            used + room > _field.Profile.SpoolCapacityBytes,
            $"Seed {_field.Seed}: a picture is dropped with {used} bytes on the card.");
        var isLast = area == StoreAreas.Held || (area == StoreAreas.Spool && !Has(StoreAreas.Held))
            || (area == StoreAreas.Dead && !Has(StoreAreas.Held) && !Has(StoreAreas.Spool));
        Must.Hold(isLast, $"Seed {_field.Seed}: a picture of area {area} is dropped before others.");
        _dropped.Add(picture);
    }

    bool Has(byte area) => _field.Store.Files.Any(
        f => f.Key.Area == area && TryRead(f.Value, out _, out var picture) && !IsAtHub(picture));

    bool IsAtHub(string picture) =>
        _field.Hub.Stored.Values.Any(p => Convert.ToHexString(p.Digest) == picture);

    HashSet<string> Known()
    {
        var known = _field.Hub.Stored.Values.Select(p => Convert.ToHexString(p.Digest))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var file in _field.Store.Files.Values)
        {
            if (TryRead(file, out _, out var picture))
            {
                known.Add(picture);
            }
        }

        return known;
    }

    static bool IsOf(byte[] file, string picture) => TryRead(file, out _, out var other) && other == picture;

    static bool TryRead(byte[] file, out SpoolFooter footer, out string picture)
    {
        footer = null!;
        picture = "";
        var at = file.Length - SpoolFooter.Bytes;
        if (at < 0 || !SpoolFooter.TryRead(file, at, SpoolFooter.Bytes, out footer) || footer.FileBytes != file.Length)
        {
            return false;
        }

        picture = Convert.ToHexString(footer.Digest);
        return true;
    }
}
