using Npgsql;
using WildCam.Cli.Machine;

namespace WildCam.Cli.Commands;

/// <summary>Which project a command means.</summary>
static class ProjectChoice
{
    /// <summary>The one named, else the only one there is.</summary>
    /// <exception cref="CommandException">There is none, or the choice is open.</exception>
    public static async Task<string> PickAsync(
        NpgsqlDataSource database, string? named, CancellationToken cancellationToken)
    {
        if (named is not null)
        {
            return named;
        }

        await using var command = database.CreateCommand("select slug from projects order by slug limit 20");
        var slugs = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            slugs.Add(reader.GetString(0));
        }

        return slugs.Count switch
        {
            1 => slugs[0],
            0 => throw new CommandException(
                "There is no project yet. Start WildCam with ./wildcam up, open the link it prints, and name one."),
            _ => throw new CommandException($"Which project? Add --project with one of: {string.Join(", ", slugs)}"),
        };
    }
}
