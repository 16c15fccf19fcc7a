using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using WildCam.Cli.Machine;
using WildCam.Hub.Fleet;
using WildCam.Hub.Hosting;
using WildCam.Storage.Accounts;
using WildCam.Storage.Fleet;

namespace WildCam.Cli.Commands;

/// <summary>`firmware trust`, `publishers`, `distrust`, `add`, `list`: the catalogue of this folder's hub.</summary>
static class FirmwareCatalogueCommands
{
    public static Command Trust()
    {
        var name = new Argument<string>("name") { Description = "What people call the publisher." };
        var file = new Argument<string>("key") { Description = "Its public key: the file that ends in .pub." };
        var command = new Command("trust", "Take firmware of this publisher from now on.") { name, file };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var pem = Encoding.UTF8.GetString(
                await FirmwareCommands.ReadAsync(parse.GetRequiredValue(file), cancellationToken));
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            await using var parts = Parts(database.Workspace);
            var problem = await parts.GetRequiredService<FirmwareCatalogue>().TrustAsync(
                parse.GetRequiredValue(name), pem, Actor.CommandLine, cancellationToken);
            if (problem is not null)
            {
                throw new CommandException($"'{parse.GetRequiredValue(file)}' was not taken. {problem}");
            }

            Screen.Line($"Firmware that {parse.GetRequiredValue(name)} signed is taken from now on.");
            return 0;
        });
        return command;
    }

    public static Command Publishers()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("publishers", "List the publishers.") { json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var all = await new PublishersTable(database.Source).ListAsync(cancellationToken);
            if (parse.GetValue(json))
            {
                Screen.Json(all.Select(p => new { p.Id, p.Name, key = Fingerprint(p), p.CreatedAt, p.RevokedAt }));
                return 0;
            }

            Screen.Table(
                ["Publisher", "Key", "Since", "State"],
                [.. all.Select(p => new[]
                {
                    p.Name, Fingerprint(p)[..16], Date(p.CreatedAt),
                    p.RevokedAt is null ? "trusted" : "trusted no more",
                })],
                "No publisher is trusted. Add one: ./wildcam firmware trust NAME FILE.pub");
            return 0;
        });
        return command;
    }

    public static Command Distrust()
    {
        var name = new Argument<string>("name") { Description = "The publisher." };
        var command = new Command("distrust", "Take nothing of this publisher any more; its rollouts stop.") { name };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var wanted = parse.GetRequiredValue(name);
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            await using var parts = Parts(database.Workspace);
            var found = (await new PublishersTable(database.Source).ListAsync(cancellationToken))
                .FirstOrDefault(p => p.Name == wanted && p.RevokedAt is null);
            if (found is null || !await parts.GetRequiredService<FirmwareCatalogue>().DistrustAsync(
                found.Id, Actor.CommandLine, cancellationToken))
            {
                throw new CommandException(
                    $"No publisher '{wanted}' is trusted. See: ./wildcam firmware publishers");
            }

            Screen.Line($"{wanted} is trusted no more; rollouts of its firmware stop.");
            return 0;
        });
        return command;
    }

    public static Command Add()
    {
        var file = new Argument<string>("file") { Description = "The bundle." };
        var notes = new Option<string>("--notes")
        {
            Description = "What is new, for people.", DefaultValueFactory = _ => "",
        };
        var older = new Option<bool>("--older") { Description = "An older version is meant, to roll back to it." };
        var command = new Command("add", "Check a bundle and add it to the catalogue.") { file, notes, older };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var path = parse.GetRequiredValue(file);
            var bundle = await FirmwareCommands.ReadAsync(path, cancellationToken);
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            await using var parts = Parts(database.Workspace);
            var added = await parts.GetRequiredService<FirmwareCatalogue>().AddAsync(
                bundle, parse.GetRequiredValue(notes), parse.GetValue(older), Actor.CommandLine, cancellationToken);
            var there = added.Firmware
                ?? throw new CommandException($"'{path}' was not added. {added.Problem}");
            Screen.Line(
                $"{BoardNames.Of((byte)there.Board)} {there.Version} by {there.Publisher} "
                + (added.WasThere ? "was there already." : "is added. Roll it out: ./wildcam rollout start "
                    + $"{there.Version} --board {BoardNames.Of((byte)there.Board)}"));
            return 0;
        });
        return command;
    }

    public static Command List()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("list", "List the catalogue.") { json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var all = await new FirmwareTable(database.Source).ListAsync(cancellationToken);
            if (parse.GetValue(json))
            {
                Screen.Json(all.Select(f => new
                {
                    f.Id, board = BoardNames.Of((byte)f.Board), version = f.Version.ToString(),
                    oldestLoader = f.Loader.ToString(), f.Publisher, f.IsTrusted, f.SizeBytes, f.Notes, f.AddedAt,
                    sha256 = Convert.ToHexStringLower(f.Sha256),
                }));
                return 0;
            }

            Screen.Table(
                ["Board", "Version", "Loader", "Bytes", "Publisher", "Added", ""],
                [.. all.Select(f => new[]
                {
                    BoardNames.Of((byte)f.Board), f.Version.ToString(), f.Loader.ToString(), $"{f.SizeBytes}",
                    f.Publisher, Date(f.AddedAt), f.IsTrusted ? "" : "trusted no more",
                })],
                "There is no firmware. Add some: ./wildcam firmware add FILE");
            return 0;
        });
        return command;
    }

    /// <summary>The hub's own parts for firmware and rollouts; nothing of them runs by itself.</summary>
    internal static ServiceProvider Parts(Workspace workspace) =>
        HubParts.Build(workspace, builder => builder.Services.AddFirmware());

    static string Fingerprint(Publisher publisher) => Convert.ToHexStringLower(SHA256.HashData(publisher.PublicKey));

    static string Date(DateTimeOffset at) => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
