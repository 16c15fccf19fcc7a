using Spectre.Console;

namespace WildCam.Cli.Machine;

/// <summary>A Debian package that WildCam needs, and how to see that it is there.</summary>
sealed record DebianPackage(string Name, string Purpose, Func<bool> IsPresent);

/// <summary>Debian's packages and npm's, installed where that is allowed.</summary>
static class Packages
{
    public static DebianPackage Postgres { get; } =
        new("postgresql-15", "the database", () => PostgresCluster.FindPrograms() is not null);

    public static DebianPackage TurboJpeg { get; } = new(
        "libturbojpeg0", "reading and writing JPEG pictures",
        () => Directory.Exists("/usr/lib")
            && Directory.GetDirectories("/usr/lib", "*-linux-gnu*")
                .Any(f => Directory.GetFiles(f, "libturbojpeg.so.0*").Length > 0));

    /// <summary>What `wildcam up` needs.</summary>
    public static IReadOnlyList<DebianPackage> ForRunning { get; } = [Postgres, TurboJpeg];

    /// <summary>What `wildcam test` needs besides.</summary>
    /// <summary>What `bench` and `faults` need: the peers, and what breaks the world.</summary>
    public static IReadOnlyList<DebianPackage> ForMeasuring { get; } =
    [
        Postgres,
        TurboJpeg,
        Program("mosquitto", "mosquitto", "the MQTT broker that ours is measured beside"),
        Program("mosquitto-clients", "mosquitto_sub", "its clients"),
        Program("libvips-tools", "vipsthumbnail", "the thumbnailer that ours is measured beside"),
        Program("npm", "npm", "peers from npm"),
    ];

    public static IReadOnlyList<DebianPackage> ForTesting { get; } =
    [
        Postgres,
        TurboJpeg,
        Program("chromium", "chromium", "browser tests"),
        Program("mosquitto", "mosquitto", "a foreign MQTT broker in the tests"),
        Program("mosquitto-clients", "mosquitto_pub", "foreign MQTT clients in the tests"),
        Program("npm", "npm", "test tools from npm"),
    ];

    /// <summary>What npm packages need.</summary>
    public static DebianPackage Npm { get; } = Program("npm", "npm", "packages from npm");

    /// <summary>Installs what is missing.</summary>
    /// <exception cref="CommandException">It may not or could not; names the command to type.</exception>
    public static async Task EnsureAsync(IReadOnlyList<DebianPackage> packages, CancellationToken cancellationToken)
    {
        var missing = packages.Where(p => !p.IsPresent()).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        var names = string.Join(' ', missing.Select(p => p.Name));
        var what = string.Join("; ", missing.Select(p => $"{p.Name} ({p.Purpose})"));
        var byHand = $"Please run:  sudo apt-get install {names}";
        var sudo = Environment.IsPrivilegedProcess ? [] : await SudoAsync(cancellationToken);
        if (sudo is null || Shell.Find("apt-get") is null)
        {
            throw new CommandException(
                $"These packages are missing, and this user may not install them: {what}. {byHand}");
        }

        AnsiConsole.MarkupLineInterpolated($"Installing {what} ...");
        string[] environment = ["env", "DEBIAN_FRONTEND=noninteractive"];
        string[] update = [.. sudo, .. environment, "apt-get", "update", "-q"];
        string[] install =
        [
            .. sudo, .. environment, "apt-get", "install", "-y", "-q", "--no-install-recommends", .. names.Split(' '),
        ];
        var updated = await Shell.RunAsync(update[0], update[1..], cancellationToken);
        var installed = await Shell.RunAsync(install[0], install[1..], cancellationToken);
        var still = missing.Where(p => !p.IsPresent()).Select(p => p.Name).ToList();
        if (still.Count > 0)
        {
            var why = installed.Ok ? updated.Tail() : installed.Tail();
            throw new CommandException($"Could not install {string.Join(' ', still)}: {why}\n{byHand}");
        }
    }

    /// <summary>Restores the npm packages of tools/components into .wildcam/components.</summary>
    public static async Task EnsureNpmAsync(
        Workspace workspace, bool withTestTools, CancellationToken cancellationToken)
    {
        var source = Path.Combine(workspace.Root, "tools", "components");
        var target = workspace.ComponentsFolder;
        var lockText = await File.ReadAllTextAsync(Path.Combine(source, "package-lock.json"), cancellationToken);
        var stampFile = Path.Combine(target, "restored");
        var stamp = (withTestTools ? "all\n" : "run\n") + lockText;
        if (File.Exists(stampFile))
        {
            var have = await File.ReadAllTextAsync(stampFile, cancellationToken);
            if (have == stamp || have == "all\n" + lockText)
            {
                return;
            }
        }

        await EnsureAsync([Npm], cancellationToken);
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(source))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
        }

        AnsiConsole.MarkupLine("Restoring packages from npm ...");
        string[] arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        var restored = await Shell.RunAsync(
            "npm", withTestTools ? arguments : [.. arguments, "--omit=dev"], cancellationToken, target);
        if (!restored.Ok)
        {
            throw new CommandException($"npm could not restore the packages of tools/components: {restored.Tail()}");
        }

        await File.WriteAllTextAsync(stampFile, stamp, cancellationToken);
    }

    static DebianPackage Program(string package, string program, string purpose) =>
        new(package, purpose, () => Shell.Find(program) is not null);

    static async Task<string[]?> SudoAsync(CancellationToken cancellationToken)
    {
        if (Shell.Find("sudo") is null)
        {
            return null;
        }

        var allowed = await Shell.RunAsync("sudo", ["-n", "true"], cancellationToken);
        return allowed.Ok ? ["sudo", "-n"] : null;
    }
}
