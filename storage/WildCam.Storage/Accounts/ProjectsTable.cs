using Npgsql;

namespace WildCam.Storage.Accounts;

/// <summary>A project, and what the one who asked may do in it.</summary>
public sealed record Project(
    int Id, string Slug, string Name, string TimeZone, string Language, bool IsDemo, DateTimeOffset CreatedAt,
    Role Role, Role PeopleRole)
{
    /// <summary>Whether the one who asked sees people on pictures, or blurs in their place.</summary>
    public bool SeesPeople => Role >= PeopleRole;
}

/// <summary>Projects as an account sees them: those it is a member of; for a server admin all.</summary>
public sealed class ProjectsTable(NpgsqlDataSource database)
{
    /// <summary>Most projects that one list returns.</summary>
    public const int ListMax = 1000;

    const string Visible = """
        select p.id, p.slug, p.name, p.time_zone, p.language, p.is_demo, p.created_at,
          case when a.is_admin then 3::smallint else m.role end, p.people_role
        from accounts a
        join projects p on true
        left join memberships m on m.project_id = p.id and m.account_id = a.id
        where a.id = $1 and a.disabled_at is null and (a.is_admin or m.role is not null)
        """;

    /// <summary>Adds a project; its id, or null where the slug is taken.</summary>
    public static async Task<int?> InsertAsync(
        NpgsqlConnection connection, string slug, string name, string timeZone, string language, bool isDemo,
        CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into projects (slug, name, time_zone, language, is_demo) values ($1, $2, $3, $4, $5)
            on conflict (slug) do nothing returning id
            """, slug, name, timeZone, language, isDemo);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Adds a project, with its audit entry; its id, or null where the slug is taken.</summary>
    public async Task<int?> AddAsync(
        string slug, string name, string timeZone, string language, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await InsertAsync(connection, slug, name, timeZone, language, isDemo: false, cancellationToken)
            is not { } id)
        {
            return null;
        }

        await AuditTable.AddAsync(
            connection,
            new AuditEntry(actor, "project.add", slug) { ProjectId = id, After = new { name, timeZone } },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return id;
    }

    /// <summary>The project of this slug; made where there is none, as a demo.</summary>
    public async Task<int> EnsureDemoAsync(
        string slug, string name, string timeZone, int eventGapMinutes, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await InsertAsync(connection, slug, name, timeZone, "en", isDemo: true, cancellationToken) is { } added)
        {
            await using var gap = connection.Command(
                "update projects set event_gap_minutes = $2 where id = $1", added, eventGapMinutes);
            await gap.ExecuteNonQueryAsync(cancellationToken);
            return added;
        }

        await using var command = connection.Command("select id from projects where slug = $1", slug);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Slug of the oldest demo project, for the first set-up; null where there is none.</summary>
    public async Task<string?> FindDemoSlugAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select slug from projects where is_demo order by id limit 1");
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>The project of this slug, for the machine's owner; null: there is none.</summary>
    public async Task<int?> FindIdAsync(string slug, CancellationToken cancellationToken)
    {
        await using var command = database.Command("select id from projects where slug = $1", slug);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>The project of this slug and its zone, for the machine's owner; null: there is none.</summary>
    public async Task<(int Id, string ZoneName)?> FindZoneAsync(string slug, CancellationToken cancellationToken)
    {
        await using var command = database.Command("select id, time_zone from projects where slug = $1", slug);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt32(0), reader.GetString(1)) : null;
    }

    /// <summary>Slugs of all projects, for the machine's owner.</summary>
    public async Task<IReadOnlyList<string>> ListSlugsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command($"select slug from projects order by slug limit {ListMax}");
        var slugs = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            slugs.Add(reader.GetString(0));
        }

        return slugs;
    }

    public async Task<IReadOnlyList<Project>> ListForAsync(int accountId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"{Visible} order by p.name, p.id limit {ListMax}", accountId);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The project of this slug; null: there is none, or it is closed to the account.</summary>
    public async Task<Project?> FindForAsync(int accountId, string slug, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"{Visible} and p.slug = $2", accountId, slug);
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    public async Task<Project?> FindForAsync(int accountId, int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"{Visible} and p.id = $2", accountId, projectId);
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    static async Task<List<Project>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var projects = new List<Project>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            projects.Add(new Project(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetString(3),
                reader.GetString(4), reader.GetBoolean(5), reader.GetFieldValue<DateTimeOffset>(6),
                (Role)reader.GetInt16(7), (Role)reader.GetInt16(8)));
        }

        return projects;
    }
}
