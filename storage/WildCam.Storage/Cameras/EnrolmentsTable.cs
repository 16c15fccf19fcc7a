using Npgsql;

namespace WildCam.Storage.Cameras;

/// <summary>Enrolment codes, as the gateway and the pages read them.</summary>
public sealed class EnrolmentsTable(NpgsqlDataSource database)
{
    /// <summary>Most codes that one list returns.</summary>
    public const int ListMax = 200;

    /// <summary>Characters of a fingerprint: 8 bytes in hexadecimal.</summary>
    public const int FingerprintChars = 16;

    const string Columns = """
        e.id, e.project_id, e.camera_id, c.code, e.fingerprint, e.created_at, a.name, e.expires_at, e.asked_at, e.board,
        e.firmware, e.hardware_address, e.remote, e.accepted_at, e.rejected_at, e.issued_at, e.spent_at, e.revoked_at
        """;

    const string From = """
        from camera_enrolments e left join cameras c on c.id = e.camera_id left join accounts a on a.id = e.created_by
        """;

    /// <summary>The code of this fingerprint; null: there is none.</summary>
    public async Task<Enrolment?> FindAsync(string fingerprint, CancellationToken cancellationToken)
    {
        if (!IsFingerprint(fingerprint))
        {
            return null;
        }

        await using var command = database.Command(
            $"select {Columns} {From} where e.fingerprint = $1", fingerprint);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>The code of this fingerprint if this is its secret; null: a wrong one, or none.</summary>
    public async Task<Enrolment?> FindForSignInAsync(
        string fingerprint, ReadOnlyMemory<byte> secret, CancellationToken cancellationToken)
    {
        if (!IsFingerprint(fingerprint))
        {
            return null;
        }

        await using var command = database.Command(
            $"select {Columns}, e.code_hash {From} where e.fingerprint = $1", fingerprint);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            && CameraCredential.Matches(secret.Span, reader.GetFieldValue<byte[]>(18))
            ? Read(reader)
            : null;
    }

    /// <summary>Of these codes those that are as they are now, for the hub that holds their boards.</summary>
    public async Task<IReadOnlyList<Enrolment>> ListHeldAsync(int[] ids, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"select {Columns} {From} where e.id = any($1)", ids);
        return await ReadAllAsync(command, cancellationToken);
    }

    /// <summary>A project's codes for its page: boards that wait first, then the newest.</summary>
    public async Task<IReadOnlyList<Enrolment>> ListForPageAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select {Columns} {From} where e.project_id = $1
            order by (e.asked_at is not null and e.accepted_at is null and e.rejected_at is null
              and e.revoked_at is null and e.expires_at > now()) desc, e.id desc limit {ListMax}
            """, projectId);
        return await ReadAllAsync(command, cancellationToken);
    }

    /// <summary>Boards of a project that wait for somebody to accept them.</summary>
    public async Task<int> CountWaitingAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select count(*)::int from camera_enrolments
            where project_id = $1 and asked_at is not null and accepted_at is null and rejected_at is null
              and revoked_at is null and expires_at > now()
            """, projectId);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>A board came with the code: what it says of itself.</summary>
    public async Task NoteAskAsync(int id, EnrolmentAsk ask, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update camera_enrolments
            set asked_at = now(), board = $2, firmware = $3, hardware_address = $4, remote = $5 where id = $1
            """, id, ask.Board, ask.Firmware, ask.HardwareAddress, ask.Remote);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Notes the credential that is about to be handed out, in the place of an earlier one; the camera's id and code,
    /// or null where the code is not accepted, or worth nothing any more.
    /// </summary>
    public async Task<(int Id, string Code)?> IssueAsync(
        int id, byte[] credentialHash, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update camera_enrolments e set issued_hash = $2, issued_at = now()
            from cameras c
            where e.id = $1 and c.id = e.camera_id and c.revoked_at is null and e.accepted_at is not null
              and e.rejected_at is null and e.revoked_at is null and e.spent_at is null and e.expires_at > now()
            returning c.id, c.code
            """, id, credentialHash);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt32(0), reader.GetString(1)) : null;
    }

    /// <summary>Whether a text can be a fingerprint.</summary>
    public static bool IsFingerprint(string text) =>
        text.Length == FingerprintChars && text.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));

    static async Task<IReadOnlyList<Enrolment>> ReadAllAsync(
        NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var enrolments = new List<Enrolment>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            enrolments.Add(Read(reader));
        }

        return enrolments;
    }

    static Enrolment Read(NpgsqlDataReader reader) => new(
        reader.GetInt32(0), reader.GetInt32(1), reader.Get<int>(2), reader.Text(3), reader.GetString(4),
        reader.GetFieldValue<DateTimeOffset>(5), reader.Text(6), reader.GetFieldValue<DateTimeOffset>(7),
        reader.Get<DateTimeOffset>(8), reader.Get<short>(9), reader.Text(10),
        reader.IsDBNull(11) ? null : reader.GetFieldValue<byte[]>(11), reader.Text(12),
        reader.Get<DateTimeOffset>(13), reader.Get<DateTimeOffset>(14), reader.Get<DateTimeOffset>(15),
        reader.Get<DateTimeOffset>(16), reader.Get<DateTimeOffset>(17));
}
