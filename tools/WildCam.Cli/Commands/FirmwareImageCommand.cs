using System.CommandLine;
using WildCam.Cli.Machine;
using WildCam.Hub.Fleet;

namespace WildCam.Cli.Commands;

/// <summary>`firmware image`: what nanoff writes to a board, of the assemblies that the builds wrote.</summary>
static class FirmwareImageCommand
{
    const string Ending = ".pe";

    public static Command Create()
    {
        var sources = new Argument<string[]>("sources")
        {
            Description = "Folders with .pe files, or such files: those of WildCam.Loader and of WildCam.Esp32.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--output") { Description = "The image to write.", Required = true };
        var command = new Command("image", "Join loader, application and libraries for nanoff.") { sources, output };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var parts = new Dictionary<string, BundlePart>(StringComparer.Ordinal);
            foreach (var path in parse.GetRequiredValue(sources).SelectMany(Files))
            {
                var part = new BundlePart(
                    Path.GetFileNameWithoutExtension(path), await FirmwareCommands.ReadAsync(path, cancellationToken));
                if (parts.TryGetValue(part.Name, out var other) && !other.Bytes.AsSpan().SequenceEqual(part.Bytes))
                {
                    throw new CommandException(
                        $"There are two different {part.Name}{Ending}: build all projects with the same packages.");
                }

                parts[part.Name] = part;
            }

            var image = FlashImage.Make([.. parts.Values], out var problem)
                ?? throw new CommandException($"The image was not made. {problem}");
            await File.WriteAllBytesAsync(parse.GetRequiredValue(output), image, cancellationToken);
            Screen.Line(
                $"{parse.GetRequiredValue(output)}: {parts.Count} assemblies, {image.Length} of {FlashImage.BytesMax} "
                + "bytes.");
            return 0;
        });
        return command;
    }

    static IEnumerable<string> Files(string source) => Directory.Exists(source)
        ? Directory.EnumerateFiles(source, "*" + Ending).Order(StringComparer.Ordinal)
        : [source];
}
