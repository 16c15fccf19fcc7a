using Npgsql;

namespace WildCam.Storage.Fleet;

/// <summary>Firmware of the catalogue.</summary>
public sealed record Firmware(
    int Id, int PublisherId, string Publisher, bool IsTrusted, short Board, Version Version, Version Loader,
    int SizeBytes, byte[] Digest, byte[] Sha256, string BlobPath, string Notes, DateTimeOffset AddedAt);

/// <summary>Firmware to be added, after its signature was checked.</summary>
public sealed record NewFirmware(
    int PublisherId, short Board, Version Version, Version Loader, int SizeBytes, byte[] Digest, byte[] Sha256,
    string BlobPath, string Notes, int? AccountId);

/// <summary>The catalogue of firmware; one for all projects, since its publishers are the server's.</summary>
public sealed class FirmwareTable(NpgsqlDataSource database)
{
    /// <summary>Most firmware that one list returns.</summary>
    public const int ListMax = 500;

    const string Columns = """
        f.id, f.publisher_id, p.name, p.revoked_at is null, f.board, f.major, f.minor, f.patch, f.loader_major,
        f.loader_minor, f.size_bytes, f.digest, f.sha256, f.blob_path, f.notes, f.added_at
        """;

    /// <summary>Adds firmware; its id, or null where the board has this version already.</summary>
    public static async Task<int?> InsertAsync(
        NpgsqlConnection connection, NewFirmware firmware, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into firmware (publisher_id, board, major, minor, patch, loader_major, loader_minor, size_bytes,
              digest, sha256, blob_path, notes, added_by)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::int)
            on conflict (board, major, minor, patch) do nothing
            returning id
            """, firmware.PublisherId, firmware.Board, firmware.Version.Major, firmware.Version.Minor,
            firmware.Version.Build, firmware.Loader.Major, firmware.Loader.Minor, firmware.SizeBytes, firmware.Digest,
            firmware.Sha256, firmware.BlobPath, firmware.Notes, firmware.AccountId);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>All firmware, newest version of each board first.</summary>
    public async Task<IReadOnlyList<Firmware>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select {Columns} from firmware f join firmware_publishers p on p.id = f.publisher_id
            order by f.board, f.major desc, f.minor desc, f.patch desc limit {ListMax}
            """);
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<Firmware?> FindAsync(int id, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select {Columns} from firmware f join firmware_publishers p on p.id = f.publisher_id where f.id = $1
            """, id);
        return await ReadAsync(command, cancellationToken) is [var found] ? found : null;
    }

    public async Task<Firmware?> FindAsync(short board, Version version, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select {Columns} from firmware f join firmware_publishers p on p.id = f.publisher_id
            where f.board = $1 and f.major = $2 and f.minor = $3 and f.patch = $4
            """, board, version.Major, version.Minor, version.Build);
        return await ReadAsync(command, cancellationToken) is [var found] ? found : null;
    }

    /// <summary>The newest version of a board; null: there is none.</summary>
    public async Task<Version?> FindNewestAsync(short board, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select major, minor, patch from firmware where board = $1
            order by major desc, minor desc, patch desc limit 1
            """, board);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Version(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2))
            : null;
    }

    static async Task<List<Firmware>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var found = new List<Firmware>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new Firmware(
                reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2), reader.GetBoolean(3), reader.GetInt16(4),
                new Version(reader.GetInt32(5), reader.GetInt32(6), reader.GetInt32(7)),
                new Version(reader.GetInt32(8), reader.GetInt32(9)), reader.GetInt32(10),
                reader.GetFieldValue<byte[]>(11), reader.GetFieldValue<byte[]>(12), reader.GetString(13),
                reader.GetString(14), reader.GetFieldValue<DateTimeOffset>(15)));
        }

        return found;
    }
}
