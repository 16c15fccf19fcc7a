using System.Text.Json;
using Npgsql;
using WildCam.Cli.Machine;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.Cli.Commands;

/// <summary>A camera that a simulation needs registered, and where it stands.</summary>
sealed record SimulatedPlace(
    string Code, string Name, string Site, double? Latitude, double? Longitude, string TimeZone);

/// <summary>What the simulator knows of its cameras at the hub, kept in a file that only its owner reads.</summary>
sealed record SimulatedSecrets(Dictionary<string, string> Passwords, string? Token);

/// <summary>
/// A project of simulated cameras: registers what is missing, and remembers the secrets, which the hub shows once.
/// </summary>
sealed class SimulatedProject(NpgsqlDataSource database, string folder)
{
    static readonly TimeSpan TokenKeep = TimeSpan.FromDays(30);

    readonly CameraRegistration _registration = new(database);
    readonly SitesTable _sites = new(database);
    readonly CamerasTable _cameras = new(database);
    readonly AccountsTable _accounts = new(database);
    readonly ApiTokensTable _tokens = new(database);

    string SecretsFile => Path.Combine(folder, "secrets.json");

    /// <summary>Makes project, sites, cameras and token where they are missing; gives the secrets.</summary>
    public async Task<SimulatedSecrets> EnsureAsync(
        string slug, string name, int eventGapMinutes, IReadOnlyList<SimulatedPlace> places,
        DateTimeOffset deployedFrom, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var projectId = await new ProjectsTable(database).EnsureDemoAsync(
            slug, name, places[0].TimeZone, eventGapMinutes, cancellationToken);
        var known = await ReadAsync(cancellationToken);
        foreach (var place in places)
        {
            var site = Slug(place.Site);
            await _sites.InsertAsync(
                projectId, site, place.Site, place.Latitude, place.Longitude, place.TimeZone, cancellationToken);
            if (await _cameras.FindByCodeAsync(place.Code, cancellationToken) is { } camera)
            {
                if (camera.ProjectSlug != slug)
                {
                    throw new CommandException(
                        $"The camera '{place.Code}' belongs to project '{camera.ProjectSlug}', not to the simulation.");
                }

                if (!known.Passwords.ContainsKey(place.Code))
                {
                    var again = await _registration.RotateAsync(
                        place.Code, Actor.CommandLine, cancellationToken);
                    known.Passwords[place.Code] = again.Credential ?? throw new CommandException(
                        $"The camera '{place.Code}' is revoked and can simulate no more.");
                }

                continue;
            }

            var added = await _registration.AddAsync(
                new NewCamera(slug, place.Code, place.Name)
                {
                    SiteSlug = site,
                    DeployedFrom = deployedFrom,
                    Board = Boards.Simulator,
                },
                cancellationToken);
            known.Passwords[place.Code] = added.Credential
                ?? throw new CommandException($"The camera '{place.Code}' was refused: {added.Refusal}.");
        }

        var token = await EnsureTokenAsync(projectId, known.Token, cancellationToken);
        var secrets = known with { Token = token };
        await WriteAsync(secrets, cancellationToken);
        return secrets;
    }

    async Task<string> EnsureTokenAsync(int projectId, string? token, CancellationToken cancellationToken)
    {
        var account = await _accounts.EnsureSimulatorAsync(cancellationToken);
        await _accounts.SetRoleAsync(projectId, account, Role.Researcher, cancellationToken);
        if (token is not null && await _tokens.FindVisitorAsync(token, cancellationToken) is not null)
        {
            return token;
        }

        var made = await _tokens.CreateAsync(account, "simulator", TokenKeep, cancellationToken)
            ?? throw new CommandException("The simulator's account has too many tokens; revoke some of them.");
        return made.Text;
    }

    async Task<SimulatedSecrets> ReadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(SecretsFile))
        {
            return new SimulatedSecrets([], null);
        }

        await using var file = File.OpenRead(SecretsFile);
        return await JsonSerializer.DeserializeAsync<SimulatedSecrets>(file, cancellationToken: cancellationToken)
            ?? new SimulatedSecrets([], null);
    }

    async Task WriteAsync(SimulatedSecrets secrets, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        await using var file = new FileStream(SecretsFile, options);
        await JsonSerializer.SerializeAsync(file, secrets, cancellationToken: cancellationToken);
    }

    static string Slug(string name) => name.ToLowerInvariant().Replace(' ', '-');
}
