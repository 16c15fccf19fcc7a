using System.Buffers;
using System.Security.Cryptography;
using Npgsql;
using WildCam.Storage.Accounts;
using WildCam.Storage.Blobs;
using WildCam.Storage.Fleet;
using WildCam.Hub.Hosting;
using WildCam.Wire;

namespace WildCam.Hub.Fleet;

/// <summary>What became of firmware that was to be added: the firmware, or why not.</summary>
sealed record AddedFirmware(Firmware? Firmware, string? Problem)
{
    /// <summary>The very same bytes were there before.</summary>
    public bool WasThere { get; init; }
}

/// <summary>
/// Takes firmware in: only what a publisher signed that an admin trusts, whole, for a board that this hub knows, and
/// not older than what it has unless that is said. Cameras cannot check a signature: this is the one place that does.
/// </summary>
sealed class FirmwareCatalogue(
    FirmwareTable firmware, PublishersTable publishers, NpgsqlDataSource database, IBlobStore blobs)
{
    public const int NotesCharsMax = 10_000;

    /// <summary>Largest bundle of any board.</summary>
    public static readonly int BundleBytesMax = BoardNames.All
        .Max(name => BoardNames.TryParse(name, out var board) ? Boards.BundleBytesMax(board) : 0);

    /// <summary>Checks a bundle, stores it and lists it. Again is harmless.</summary>
    public async Task<AddedFirmware> AddAsync(
        byte[] bundle, string notes, bool olderIsMeant, Actor actor, CancellationToken cancellationToken)
    {
        if (notes.Length > NotesCharsMax || notes.Contains('\0', StringComparison.Ordinal))
        {
            return new(null, $"The notes have {notes.Length} characters, over NotesCharsMax ({NotesCharsMax}).");
        }

        var (publisher, head, problem) = await CheckAsync(bundle, cancellationToken);
        if (publisher is null || head is null)
        {
            return new(null, problem);
        }

        var version = new Version(head.Major, head.Minor, head.Patch);
        var sha256 = SHA256.HashData(bundle);
        if (await firmware.FindAsync(head.Board, version, cancellationToken) is { } there)
        {
            return AlreadyThere(there, sha256);
        }

        var newest = await firmware.FindNewestAsync(head.Board, cancellationToken);
        if (newest > version && !olderIsMeant)
        {
            return new(null,
                $"It is {version}, older than {newest}, which is here for {BoardNames.Of(head.Board)}. Say that an "
                + "older version is meant, to roll back to it.");
        }

        var path = $"firmware/{Convert.ToHexStringLower(sha256)}.wcb";
        await blobs.PutAsync(path, new ReadOnlySequence<byte>(bundle), cancellationToken);
        var added = new NewFirmware(
            publisher.Id, head.Board, version, new Version(head.LoaderMajor, head.LoaderMinor), bundle.Length,
            BundleSignature.Digest(bundle), sha256, path, notes, actor.AccountId);
        await InsertAsync(added, actor, cancellationToken);
        var found = await firmware.FindAsync(head.Board, version, cancellationToken);
        return found is not null && found.Sha256.AsSpan().SequenceEqual(sha256)
            ? new(found, null)
            : AlreadyThere(found!, sha256);
    }

    /// <summary>Trusts a publisher from now on, by a public key in PEM; null where it was done, else why not.</summary>
    public async Task<string?> TrustAsync(string name, string pem, Actor actor, CancellationToken cancellationToken)
    {
        var wanted = name.Trim();
        if (wanted.Length is 0 or > PublishersTable.NameCharsMax || wanted.Contains('\0', StringComparison.Ordinal))
        {
            return $"A publisher's name has 1 to {PublishersTable.NameCharsMax} characters.";
        }

        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            return "This is a secret key. Keep it to yourself, and give the public one: the file that ends in .pub.";
        }

        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (!BundleSignature.IsP256(key))
            {
                return "The key is of another curve than P-256. Make one: ./wildcam firmware key FILE";
            }
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            return "This is no public key in PEM. Make one: ./wildcam firmware key FILE; give the file that ends in "
                + ".pub.";
        }

        var publicKey = key.ExportSubjectPublicKeyInfo();
        if (await publishers.InsertAsync(wanted, publicKey, actor.AccountId, cancellationToken) is null)
        {
            return $"A publisher of this name or key was here before, or there are {PublishersTable.ListMax} already.";
        }

        await new AuditTable(database).AddAsync(new AuditEntry(actor, "publisher.trust", wanted)
        {
            After = new { key = Convert.ToHexStringLower(SHA256.HashData(publicKey)) },
        }, cancellationToken);
        return null;
    }

    /// <summary>Trusts a publisher no more; its rollouts stop by themselves. False: there is none.</summary>
    public async Task<bool> DistrustAsync(int id, Actor actor, CancellationToken cancellationToken)
    {
        var name = (await publishers.ListAsync(cancellationToken)).FirstOrDefault(p => p.Id == id)?.Name;
        if (name is null || !await publishers.RevokeAsync(id, cancellationToken))
        {
            return false;
        }

        await new AuditTable(database).AddAsync(
            new AuditEntry(actor, "publisher.distrust", name), cancellationToken);
        return true;
    }

    async Task<(Publisher? Publisher, BundleFile? Head, string? Problem)> CheckAsync(
        byte[] bundle, CancellationToken cancellationToken)
    {
        if (bundle.Length > BundleBytesMax)
        {
            return (null, null, $"It has {bundle.Length} bytes, over BundleBytesMax of any board ({BundleBytesMax}).");
        }

        if (!BundleFile.TryRead(bundle, 0, bundle.Length, out var head))
        {
            return (null, null, "It is no bundle, or its head is damaged. Make one: ./wildcam firmware pack");
        }

        if (BundlePacking.FindBoardProblem(head.Board) is { } unfit)
        {
            return (null, null, unfit);
        }

        var trusted = (await publishers.ListAsync(cancellationToken)).Where(p => p.RevokedAt is null).ToList();
        if (trusted.Count == 0)
        {
            return (null, null,
                "No publisher is trusted yet. An admin adds one by its public key: "
                + "./wildcam firmware trust NAME FILE.pub");
        }

        foreach (var publisher in trusted)
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publisher.PublicKey, out _);
            if (BundleSignature.IsBy(bundle, key))
            {
                var problem = BundlePacking.FindProblem(bundle, key, out head);
                return problem is null ? (publisher, head, null) : (null, null, problem);
            }
        }

        return (null, null,
            "Its signature is of none of the trusted publishers "
            + $"({string.Join(", ", trusted.Select(p => p.Name))}): it was changed, or somebody else made it.");
    }

    async Task InsertAsync(NewFirmware added, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await FirmwareTable.InsertAsync(connection, added, cancellationToken) is null)
        {
            return;
        }

        await AuditTable.AddAsync(
            connection,
            new AuditEntry(actor, "firmware.add", $"{BoardNames.Of((byte)added.Board)} {added.Version}")
            {
                After = new { sha256 = Convert.ToHexStringLower(added.Sha256), bytes = added.SizeBytes },
            },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    static AddedFirmware AlreadyThere(Firmware there, byte[] sha256) =>
        there.Sha256.AsSpan().SequenceEqual(sha256)
            ? new(there, null) { WasThere = true }
            : new(null,
                $"{there.Version} for {BoardNames.Of((byte)there.Board)} is here already with other bytes. Give yours "
                + "another version.");
}
