using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace WildCam.Cli.Machine;

/// <summary>
/// A private PostgreSQL cluster in a folder of ours, on a loopback port, with a password of its own. PostgreSQL refuses
/// to run as root, so root hands the folder to the user postgres; where that user cannot reach the folder (a checkout
/// under /root), the cluster lies under /var/lib/wildcam instead.
/// </summary>
sealed class PostgresCluster
{
    const string SystemUser = "postgres";
    const string SuperUser = "wildcam";
    const int ServerVersionMin = 15;
    const string StartSeconds = "60";

    readonly string _folder;
    readonly string _programs;
    readonly bool _asRoot;
    readonly IReadOnlyDictionary<string, string> _settings;

    PostgresCluster(string folder, string programs, bool asRoot, IReadOnlyDictionary<string, string> settings)
    {
        _folder = folder;
        _programs = programs;
        _asRoot = asRoot;
        _settings = settings;
    }

    string Data => Path.Combine(_folder, "data");

    string PasswordFile => Path.Combine(_folder, "password");

    string PortFile => Path.Combine(_folder, "port");

    /// <summary>The server's log.</summary>
    public string LogFile => Path.Combine(_folder, "postgres.log");

    /// <summary>The newest installed server programs at or over the least version, or null.</summary>
    public static string? FindPrograms()
    {
        const string installed = "/usr/lib/postgresql";
        return !Directory.Exists(installed)
            ? null
            : Directory.GetDirectories(installed)
                .Where(f => int.TryParse(Path.GetFileName(f), out var version) && version >= ServerVersionMin)
                .OrderByDescending(f => int.Parse(Path.GetFileName(f), CultureInfo.InvariantCulture))
                .Select(f => Path.Combine(f, "bin"))
                .FirstOrDefault(f => File.Exists(Path.Combine(f, "initdb")));
    }

    /// <summary>The cluster in this folder; it is made when it is started first.</summary>
    /// <exception cref="CommandException">PostgreSQL is not installed, or its user is missing.</exception>
    public static async Task<PostgresCluster> OpenAsync(
        string folder, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var programs = FindPrograms() ?? throw new CommandException(
            "PostgreSQL 15 or newer is not installed. On Debian: apt-get install postgresql-15");
        var asRoot = Environment.IsPrivilegedProcess;
        if (!asRoot)
        {
            Directory.CreateDirectory(folder);
            return new PostgresCluster(folder, programs, asRoot, settings);
        }

        var parent = Path.GetDirectoryName(folder)!;
        Directory.CreateDirectory(parent);
        string[] canEnter = ["-u", SystemUser, "--", "test", "-x", parent];
        var reachable = await Shell.RunAsync("runuser", canEnter, cancellationToken);
        if (!reachable.Ok)
        {
            var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..12];
            folder = $"/var/lib/wildcam/{key}";
        }

        Directory.CreateDirectory(folder);
        await MustAsync("chown", [SystemUser, folder], cancellationToken);
        return new PostgresCluster(folder, programs, asRoot, settings);
    }

    /// <summary>Makes the cluster if there is none and starts it; returns when it takes connections.</summary>
    /// <exception cref="CommandException">It cannot be made or started; says why.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine(Data, "PG_VERSION")))
        {
            await InitAsync(cancellationToken);
        }

        if (await IsRunningAsync(cancellationToken))
        {
            return;
        }

        var port = PickPort();
        await File.WriteAllTextAsync(PortFile, port.ToString(CultureInfo.InvariantCulture), cancellationToken);
        var options = new StringBuilder(
            $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''");
        foreach (var (name, value) in _settings)
        {
            options.Append(CultureInfo.InvariantCulture, $" -c {name}={value}");
        }

        var started = await RunAsync(
            "pg_ctl", ["start", "-w", "-s", "-t", StartSeconds, "-D", Data, "-l", LogFile, "-o", options.ToString()],
            cancellationToken);
        if (!started.Ok)
        {
            var why = File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(4)) : started.Tail();
            throw new CommandException($"PostgreSQL in {_folder} did not start. It says:\n{why}");
        }
    }

    /// <summary>Stops it; immediate leaves recovery to the next start.</summary>
    public async Task StopAsync(bool immediate, CancellationToken cancellationToken)
    {
        if (await IsRunningAsync(cancellationToken))
        {
            await RunAsync(
                "pg_ctl", ["stop", "-w", "-s", "-D", Data, "-m", immediate ? "immediate" : "fast"], cancellationToken);
        }
    }

    public async Task<bool> IsRunningAsync(CancellationToken cancellationToken) =>
        File.Exists(Path.Combine(Data, "postmaster.pid"))
        && (await RunAsync("pg_ctl", ["status", "-D", Data], cancellationToken)).Ok;

    /// <summary>How to reach a database of a cluster that was started.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = int.Parse(File.ReadAllText(PortFile), CultureInfo.InvariantCulture),
        Username = SuperUser,
        Password = File.ReadAllText(PasswordFile).Trim(),
        Database = database,
    }.ConnectionString;

    /// <summary>Makes a database if there is none of that name.</summary>
    public async Task EnsureDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres"));
        await using var exists = source.CreateCommand("select 1 from pg_database where datname = $1");
        exists.Parameters.Add(new() { Value = name });
        if (await exists.ExecuteScalarAsync(cancellationToken) is null)
        {
            await using var create = source.CreateCommand($"create database \"{name}\"");
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Deletes a stopped cluster with all its data.</summary>
    public void Delete() => Directory.Delete(_folder, recursive: true);

    async Task InitAsync(CancellationToken cancellationToken)
    {
        // initdb reads the password as its own user, so the file is that user's and nobody else's.
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await File.WriteAllTextAsync(PasswordFile, password, cancellationToken);
        File.SetUnixFileMode(PasswordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (_asRoot)
        {
            await MustAsync("chown", [SystemUser, PasswordFile], cancellationToken);
        }

        var made = await RunAsync(
            "initdb",
            [
                "-D", Data, "-U", SuperUser, "-A", "scram-sha-256", "--pwfile", PasswordFile, "-E", "UTF8",
                "--locale", "C.UTF-8",
            ],
            cancellationToken);
        if (!made.Ok)
        {
            throw new CommandException($"PostgreSQL could not make its cluster in {_folder}:\n{made.Tail()}");
        }
    }

    int PickPort()
    {
        if (File.Exists(PortFile) && int.TryParse(File.ReadAllText(PortFile), out var last)
            && FreePort.IsFree(last))
        {
            return last;
        }

        return FreePort.Next();
    }

    Task<ShellResult> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_programs, program);
        return _asRoot
            ? Shell.RunAsync("runuser", ["-u", SystemUser, "--", path, .. arguments], cancellationToken)
            : Shell.RunAsync(path, arguments, cancellationToken);
    }

    static async Task MustAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var result = await Shell.RunAsync(program, arguments, cancellationToken);
        if (!result.Ok)
        {
            throw new CommandException($"'{program} {string.Join(' ', arguments)}' failed: {result.Tail()}");
        }
    }
}
