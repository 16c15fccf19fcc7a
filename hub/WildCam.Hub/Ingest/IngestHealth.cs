namespace WildCam.Hub.Ingest;

/// <summary>What the way in is short of, for admission and readiness. Null: nothing.</summary>
public sealed class IngestHealth
{
    volatile string? _database;
    volatile string? _lookups;
    volatile string? _blobs;
    volatile string? _disk;

    /// <summary>Why the database cannot be written.</summary>
    public string? Database
    {
        get => _database;
        set => _database = value;
    }

    /// <summary>Why offered pictures cannot be looked up.</summary>
    public string? Lookups
    {
        get => _lookups;
        set => _lookups = value;
    }

    /// <summary>Why the blob store cannot be written.</summary>
    public string? Blobs
    {
        get => _blobs;
        set => _blobs = value;
    }

    /// <summary>That the blob store is nearly full.</summary>
    public string? Disk
    {
        get => _disk;
        set => _disk = value;
    }

    /// <summary>The hub is stopping; no picture is begun any more.</summary>
    public bool IsStopping { get; set; }

    /// <summary>Everything that is wrong, for readiness; empty when pictures can be stored.</summary>
    public IReadOnlyList<string> Problems => [.. new[] { _database, _lookups, _blobs, _disk }.OfType<string>()];
}
