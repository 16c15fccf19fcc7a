using Npgsql;

namespace WildCam.Storage.Cameras;

/// <summary>How a camera's credentials stand; never the credentials.</summary>
/// <param name="UsedAt">First sign-in with the present one; null: not yet.</param>
/// <param name="PreviousUntil">Until when the one before is good too; null: it is not.</param>
public sealed record CredentialState(DateTimeOffset? IssuedAt, DateTimeOffset? UsedAt, DateTimeOffset? PreviousUntil);

/// <summary>A camera as those see it who look after it.</summary>
public sealed record RegisteredCamera(
    int Id, string Code, string Name, short Board, string Notes, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt,
    CameraEnd? End, CredentialState Credential)
{
    /// <summary>Where it stands, and since when; null: nowhere.</summary>
    public (string Slug, string Name, DateTimeOffset FromAt)? Site { get; init; }

    /// <summary>IANA zone of its site, else of its project.</summary>
    public string ZoneName { get; init; } = "UTC";

    /// <summary>Whether its board told what it is.</summary>
    public bool IsHeard { get; init; }

    /// <summary>Settings that are wanted and that it does not report.</summary>
    public bool HasChangeWaiting { get; init; }

    /// <summary>The last try to sign in that was refused since it was ended, and from where.</summary>
    public (DateTimeOffset At, string What)? LastTry { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];
}

/// <summary>Reads cameras for those who look after them.</summary>
public sealed class RegisterTable(NpgsqlDataSource database)
{
    /// <summary>The camera of this code; null: the project has none.</summary>
    public async Task<RegisteredCamera?> FindAsync(int projectId, string code, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select c.id, c.code, c.name, c.board, c.notes, c.created_at, c.revoked_at,
              case when c.revoked_at is not null then coalesce(c.end_reason, 1) end, c.password_issued_at,
              c.password_used_at, case when c.previous_until > now() then c.previous_until end, t.slug, t.name,
              d.from_at,
              coalesce(t.time_zone, p.time_zone), s.last_hello_at is not null,
              coalesce(w.desired is not null and w.version is distinct from w.reported_version, false),
              a.at, a.detail ->> 'what',
              array(select tag from camera_tags g where g.camera_id = c.id order by tag collate "C")
            from cameras c
            join projects p on p.id = c.project_id
            left join camera_states s on s.camera_id = c.id
            left join camera_settings w on w.camera_id = c.id
            left join deployments d on d.camera_id = c.id and d.until_at is null
            left join sites t on t.id = d.site_id
            left join lateral (
              select at, detail from audit_entries
              where camera_id = c.id and action = 'camera.sign-in-failed' and at >= c.revoked_at
              order by id desc limit 1) a on true
            where c.project_id = $1 and c.code = $2
            """, projectId, code);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>Of these codes those that a camera of any project has.</summary>
    public async Task<IReadOnlySet<string>> ListTakenAsync(
        IReadOnlyCollection<string> codes, CancellationToken cancellationToken)
    {
        await using var command = database.Command("select code from cameras where code = any($1)", codes.ToArray());
        var taken = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            taken.Add(reader.GetString(0));
        }

        return taken;
    }

    static RegisteredCamera Read(NpgsqlDataReader reader) => new(
        reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetInt16(3), reader.GetString(4),
        reader.GetFieldValue<DateTimeOffset>(5), reader.Get<DateTimeOffset>(6), (CameraEnd?)reader.Get<short>(7),
        new CredentialState(
            reader.Get<DateTimeOffset>(8), reader.Get<DateTimeOffset>(9), reader.Get<DateTimeOffset>(10)))
    {
        Site = reader.IsDBNull(11)
            ? null
            : (reader.GetString(11), reader.GetString(12), reader.GetFieldValue<DateTimeOffset>(13)),
        ZoneName = reader.GetString(14),
        IsHeard = reader.GetBoolean(15),
        HasChangeWaiting = reader.GetBoolean(16),
        LastTry = reader.IsDBNull(17) ? null : (reader.GetFieldValue<DateTimeOffset>(17), reader.Text(18) ?? ""),
        Tags = reader.GetFieldValue<string[]>(19),
    };
}
