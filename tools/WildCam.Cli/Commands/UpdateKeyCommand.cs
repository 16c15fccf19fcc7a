using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WildCam.Cli.Machine;
using WildCam.Storage.Cameras;
using WildCam.Storage.Fleet;

namespace WildCam.Cli.Commands;

/// <summary>`camera update-key`: the key under which the hub vouches for firmware to a camera.</summary>
static class UpdateKeyCommand
{
    public static Command Create(Argument<string> code)
    {
        var fresh = new Option<bool>("--new") { Description = "Give it another one; the old one ends at once." };
        var command = new Command("update-key", "Show the line of its set-up file that lets it take firmware.")
        {
            code, fresh,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            await using var parts = FirmwareCatalogueCommands.Parts(database.Workspace);
            var named = parse.GetRequiredValue(code).ToLowerInvariant();
            var camera = await new CamerasTable(database.Source).FindByCodeAsync(named, cancellationToken)
                ?? throw new CommandException($"There is no camera '{named}'. See: ./wildcam camera list");
            var keys = parts.GetRequiredService<UpdateKeys>();
            var key = parse.GetValue(fresh)
                ? await keys.ReplaceAsync(camera.Id, cancellationToken)
                : await keys.EnsureAsync(camera.Id, cancellationToken);
            Screen.Line($"update-key={Convert.ToHexStringLower(key)}");
            return 0;
        });
        return command;
    }

    /// <summary>The keys of simulated cameras, which have no set-up file; by code.</summary>
    public static async Task<IReadOnlyDictionary<string, byte[]>> EnsureAllAsync(
        Workspace workspace, NpgsqlDataSource database, IEnumerable<string> codes, CancellationToken cancellationToken)
    {
        await using var parts = FirmwareCatalogueCommands.Parts(workspace);
        var keys = parts.GetRequiredService<UpdateKeys>();
        var cameras = new CamerasTable(database);
        var found = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var code in codes)
        {
            if (await cameras.FindByCodeAsync(code, cancellationToken) is { } camera)
            {
                found[code] = await keys.EnsureAsync(camera.Id, cancellationToken);
            }
        }

        return found;
    }
}
