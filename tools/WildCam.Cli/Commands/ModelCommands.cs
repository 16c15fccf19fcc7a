using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using WildCam.Cli.Machine;
using WildCam.Hub.Detection;
using WildCam.Storage.Detection;

namespace WildCam.Cli.Commands;

/// <summary>`model add`, `list`, `test`.</summary>
static class ModelCommands
{
    public static Command Create() => new("model", "Detection models.") { Add(), List(), Test() };

    static Command Add()
    {
        var file = new Argument<string>("file") { Description = "The ONNX file." };
        var (family, manifest) = Kind();
        var name = new Option<string?>("--name") { Description = "The file's name where left out." };
        var version = new Option<string>("--version-name") { Description = "1", DefaultValueFactory = _ => "1" };
        var aside = new Option<bool>("--aside") { Description = "Add it without making it the active one." };
        var command = new Command("add", "Check a model, add it and make it the active one.")
        {
            file, family, manifest, name, version, aside,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var path = parse.GetRequiredValue(file);
            var weights = await ReadAsync(path, cancellationToken);
            var wanted = await ManifestAsync(
                path, parse.GetValue(family), parse.GetValue(manifest), parse.GetValue(name),
                parse.GetValue(version)!, cancellationToken);
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            await Packages.EnsureNpmAsync(database.Workspace, withTestTools: false, cancellationToken);
            await using var parts = HubParts.Build(database.Workspace, builder => builder.AddDetection());
            var active = !parse.GetValue(aside);
            var added = await parts.GetRequiredService<ModelCatalogue>()
                .AddAsync(weights, wanted, active, cancellationToken);
            if (added.Problem is { } problem)
            {
                throw new CommandException($"The model was not added: {problem}");
            }

            Screen.Line($"{wanted.Name} {wanted.Version} passed its test and is added"
                + (active ? "; it looks at all pictures from now on, new ones first." : "."));
            return 0;
        });
        return command;
    }

    static Command List()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("list", "List all models.") { json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var models = await new ModelsTable(database.Source).ListAsync(cancellationToken);
            if (parse.GetValue(json))
            {
                Screen.Json(models.Select(m => new
                {
                    m.Id, m.Name, m.Version, m.Family, m.IsActive, m.Problem, m.AddedAt,
                    sha256 = m.Sha256 is null ? null : Convert.ToHexStringLower(m.Sha256),
                }));
                return 0;
            }

            Screen.Table(
                ["Model", "Version", "Family", "Added", "State"],
                [.. models.Select(m => new[]
                {
                    m.Name, m.Version, m.Family,
                    m.AddedAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                    m.Problem is { } problem ? $"cannot be used: {problem}" : m.IsActive ? "active" : "",
                })],
                "There are no models.");
            return 0;
        });
        return command;
    }

    static Command Test()
    {
        var file = new Argument<string>("file") { Description = "The ONNX file." };
        var (family, manifest) = Kind();
        var command = new Command("test", "Check a model without adding it.") { file, family, manifest };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var path = parse.GetRequiredValue(file);
            var weights = await ReadAsync(path, cancellationToken);
            var wanted = await ManifestAsync(
                path, parse.GetValue(family), parse.GetValue(manifest), null, "1", cancellationToken);
            var workspace = Workspace.Open();
            await Packages.EnsureNpmAsync(workspace, withTestTools: false, cancellationToken);
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            await using var parts = HubParts.Build(database.Workspace, builder => builder.AddDetection());
            if (parts.GetRequiredService<ModelCatalogue>().FindProblem(weights, wanted) is { } problem)
            {
                throw new CommandException($"The model cannot be used: {problem}");
            }

            Screen.Line("The model fits its family and looked at the test picture without trouble.");
            return 0;
        });
        return command;
    }

    static (Option<string?> Family, Option<string?> Manifest) Kind()
    {
        var names = string.Join(", ", Enum.GetNames<ModelFamily>().Select(n => n.ToLowerInvariant()));
        return (
            new Option<string?>("--family") { Description = $"One of {names}; where there is no manifest." },
            new Option<string?>("--manifest") { Description = "JSON with name, version, family, labels, thresholds." });
    }

    static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken) =>
        File.Exists(path)
            ? await File.ReadAllBytesAsync(path, cancellationToken)
            : throw new CommandException($"There is no file '{path}'.");

    static async Task<ModelManifest> ManifestAsync(
        string file, string? family, string? manifestFile, string? name, string version,
        CancellationToken cancellationToken)
    {
        if (manifestFile is not null)
        {
            var text = System.Text.Encoding.UTF8.GetString(await ReadAsync(manifestFile, cancellationToken));
            return ModelManifest.TryRead(text, out var manifest, out var problem)
                ? manifest
                : throw new CommandException($"The manifest '{manifestFile}' cannot be used: {problem}");
        }

        if (!Enum.TryParse<ModelFamily>(family, ignoreCase: true, out var known))
        {
            var names = string.Join(", ", Enum.GetNames<ModelFamily>().Select(n => n.ToLowerInvariant()));
            throw new CommandException(
                $"Say which kind of model it is: --family with one of {names}, or --manifest FILE.");
        }

        return ModelManifest.ForFamily(known, name ?? Path.GetFileNameWithoutExtension(file), version);
    }
}
