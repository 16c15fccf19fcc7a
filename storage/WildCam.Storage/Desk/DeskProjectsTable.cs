using Npgsql;

namespace WildCam.Storage.Desk;

/// <summary>A project as one account sees it.</summary>
public sealed record DeskProject(
    int Id, string Slug, string Name, string ZoneName, string Language, bool IsDemo, Role Role, Role PeopleRole)
{
    /// <summary>Whether the visitor sees people on pictures, or blurs in their place.</summary>
    public bool SeesPeople => Role >= PeopleRole;
}

/// <summary>Who looks at a page.</summary>
public sealed record DeskVisitor(int AccountId, string Name, bool IsAdmin, IReadOnlyList<DeskProject> Projects);

/// <summary>Reads a visitor and the projects that are open to them; a server admin sees all, as a manager.</summary>
public sealed class DeskProjectsTable(NpgsqlDataSource database)
{
    public async Task<DeskVisitor?> FindVisitorAsync(int accountId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select a.name, a.is_admin, p.id, p.slug, p.name, p.time_zone, p.language, p.is_demo,
              case when a.is_admin then 3::smallint else m.role end, p.people_role
            from accounts a
            left join memberships m on m.account_id = a.id and not a.is_admin
            left join projects p on p.id = m.project_id or a.is_admin
            where a.id = $1 and a.disabled_at is null and a.kind = 1
            order by p.name, p.id
            """);
        command.Parameters.Add(new() { Value = accountId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var projects = new List<DeskProject>();
        (string Name, bool IsAdmin)? who = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            who = (reader.GetString(0), reader.GetBoolean(1));
            if (!reader.IsDBNull(2))
            {
                projects.Add(new DeskProject(
                    reader.GetInt32(2), reader.GetString(3), reader.GetString(4), reader.GetString(5),
                    reader.GetString(6), reader.GetBoolean(7), (Role)reader.GetInt16(8),
                    (Role)reader.GetInt16(9)));
            }
        }

        return who is { } found ? new DeskVisitor(accountId, found.Name, found.IsAdmin, projects) : null;
    }

    /// <summary>A project as a viewer sees it, for reports; null: there is none.</summary>
    public async Task<DeskProject?> FindForReportAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select id, slug, name, time_zone, language, is_demo, people_role from projects where id = $1", projectId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new DeskProject(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4),
                reader.GetBoolean(5), Role.Viewer, (Role)reader.GetInt16(6))
            : null;
    }
}
