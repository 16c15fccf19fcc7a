using System.CommandLine;
using System.Security.Cryptography;
using WildCam.Cli.Machine;
using WildCam.Hub.Fleet;
using WildCam.Hub.Hosting;

namespace WildCam.Cli.Commands;

/// <summary>
/// `firmware key`, `pack`, `verify`, `image`: bundles and images of firmware, without a hub. `firmware trust`, `add`,
/// `list`: what the hub of this folder takes and has.
/// </summary>
static class FirmwareCommands
{
    const long FileBytesMax = 16 << 20;

    public static Command Create() =>
        new("firmware", "Make and check bundles of firmware, and bring them to the hub.")
        {
            Key(), Pack(), Verify(), FirmwareImageCommand.Create(), FirmwareCatalogueCommands.Trust(),
            FirmwareCatalogueCommands.Publishers(), FirmwareCatalogueCommands.Distrust(),
            FirmwareCatalogueCommands.Add(), FirmwareCatalogueCommands.List(),
        };

    static Command Key()
    {
        var file = new Argument<string>("file") { Description = "For the secret key; the public one goes beside." };
        var command = new Command("key", "Make a publisher's key.") { file };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var path = parse.GetRequiredValue(file);
            var publicPath = path + ".pub";
            if (File.Exists(path) || File.Exists(publicPath))
            {
                throw new CommandException(
                    $"'{(File.Exists(path) ? path : publicPath)}' is there already. A key that is lost is lost, so it "
                    + "is not written over: choose another name.");
            }

            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            await WriteSecretAsync(path, key.ExportPkcs8PrivateKeyPem() + "\n", cancellationToken);
            await File.WriteAllTextAsync(publicPath, key.ExportSubjectPublicKeyInfoPem() + "\n", cancellationToken);
            Screen.Facts([("secret key", path), ("public key, for hubs", publicPath)]);
            return 0;
        });
        return command;
    }

    static Command Pack()
    {
        var assemblies = new Argument<string[]>("assemblies")
        {
            Description = "The .pe files in the order in which they are loaded: WildCam.Wire, .Camera, .Esp32.",
            Arity = ArgumentArity.OneOrMore,
        };
        var board = new Option<string>("--board")
        {
            Description = $"One of {string.Join(", ", BoardNames.All)}.", Required = true,
        };
        var version = new Option<string>("--version-number") { Description = "As 1.2.0.", Required = true };
        var loader = new Option<string>("--loader")
        {
            Description = "The oldest loader that can run it.", DefaultValueFactory = _ => "1.0",
        };
        var key = new Option<string>("--key") { Description = "The publisher's secret key.", Required = true };
        var output = new Option<string>("--output") { Description = "The bundle to write.", Required = true };
        var command = new Command("pack", "Pack assemblies into a signed bundle.")
        {
            assemblies, board, version, loader, key, output,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var boardName = parse.GetRequiredValue(board);
            if (!BoardNames.TryParse(boardName, out var wanted))
            {
                throw new CommandException(
                    $"There is no board '{boardName}'. It is one of {string.Join(", ", BoardNames.All)}.");
            }

            var parts = new List<BundlePart>();
            foreach (var path in parse.GetRequiredValue(assemblies))
            {
                parts.Add(new BundlePart(
                    Path.GetFileNameWithoutExtension(path), await ReadAsync(path, cancellationToken)));
            }

            using var secret = await KeyAsync(parse.GetRequiredValue(key), isSecret: true, cancellationToken);
            var bundle = BundlePacking.Pack(
                    wanted, Number(parse.GetRequiredValue(version)), Number(parse.GetRequiredValue(loader)), parts,
                    secret, out var problem)
                ?? throw new CommandException($"The bundle was not made. {problem}");
            await File.WriteAllBytesAsync(parse.GetRequiredValue(output), bundle, cancellationToken);
            Screen.Line($"{parse.GetRequiredValue(output)}: {parts.Count} assemblies, {bundle.Length} bytes, signed.");
            return 0;
        });
        return command;
    }

    static Command Verify()
    {
        var file = new Argument<string>("file") { Description = "The bundle." };
        var key = new Option<string>("--key") { Description = "The publisher's public key.", Required = true };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("verify", "Check a bundle as a hub does.") { file, key, json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var path = parse.GetRequiredValue(file);
            var bundle = await ReadAsync(path, cancellationToken);
            using var publisher = await KeyAsync(parse.GetRequiredValue(key), isSecret: false, cancellationToken);
            if (BundlePacking.FindProblem(bundle, publisher, out var head) is { } problem)
            {
                throw new CommandException($"'{path}' cannot be used. {problem}");
            }

            var facts = new
            {
                board = BoardNames.Of(head!.Board),
                version = $"{head.Major}.{head.Minor}.{head.Patch}",
                loader = $"{head.LoaderMajor}.{head.LoaderMinor}",
                contract = head.Contract,
                bytes = bundle.Length,
                digest = Convert.ToHexStringLower(BundleSignature.Digest(bundle)),
                assemblies = head.Names.Zip(head.Sizes, (name, size) => new { name, bytes = size }),
            };
            if (parse.GetValue(json))
            {
                Screen.Json(facts);
                return 0;
            }

            Screen.Line($"{path} is whole, and signed with this key.");
            Screen.Facts(
            [
                ("board", facts.board), ("version", facts.version), ("oldest loader", facts.loader),
                ("size", $"{facts.bytes} bytes"), ("digest", facts.digest),
                .. facts.assemblies.Select(a => (a.name, $"{a.bytes} bytes")),
            ]);
            return 0;
        });
        return command;
    }

    static Version Number(string text) => Version.TryParse(text, out var number)
        ? number
        : throw new CommandException($"'{text}' is no version: numbers with points between them, as 1.2.0.");

    internal static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new CommandException($"There is no file '{path}'.");
        }

        return file.Length <= FileBytesMax
            ? await File.ReadAllBytesAsync(path, cancellationToken)
            : throw new CommandException($"'{path}' has {file.Length} bytes; no bundle is over {FileBytesMax}.");
    }

    static async Task<ECDsa> KeyAsync(string path, bool isSecret, CancellationToken cancellationToken)
    {
        var text = System.Text.Encoding.UTF8.GetString(await ReadAsync(path, cancellationToken));
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(text);
            var isEnough = !isSecret || text.Contains("PRIVATE KEY", StringComparison.Ordinal);
            if (isEnough && BundleSignature.IsP256(key))
            {
                return key;
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // Said below, as for a key of another kind.
        }

        key.Dispose();
        throw new CommandException(
            $"'{path}' is not a {(isSecret ? "secret" : "public")} ECDSA P-256 key in PEM. Make one: "
            + "./wildcam firmware key FILE");
    }

    static async Task WriteSecretAsync(string path, string text, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new StreamWriter(path, options);
        await file.WriteAsync(text.AsMemory(), cancellationToken);
    }
}
