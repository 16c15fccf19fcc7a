using Npgsql;
using WildCam.Cli.Machine;
using WildCam.Storage.Accounts;

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

        var slugs = await new ProjectsTable(database).ListSlugsAsync(cancellationToken);
        return slugs.Count switch
        {
            1 => slugs[0],
            0 => throw new CommandException(
                "There is no project yet. Start WildCam with ./wildcam up, open the link it prints, and name one."),
            _ => throw new CommandException($"Which project? Add --project with one of: {string.Join(", ", slugs)}"),
        };
    }
}
