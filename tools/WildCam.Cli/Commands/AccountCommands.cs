using System.CommandLine;
using System.Globalization;
using WildCam.Cli.Machine;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Accounts;

namespace WildCam.Cli.Commands;

/// <summary>`account add`, `list`, `link`: who else may look, decide and manage.</summary>
static class AccountCommands
{
    public static Command Create() => new("account", "People and their roles.") { Add(), List(), Link(), Token() };

    static Command Add()
    {
        var email = new Argument<string>("email") { Description = "Their address; it is their name at sign-in." };
        var name = new Option<string?>("--name") { Description = "What pages call them; the address where left out." };
        var project = new Option<string?>("--project") { Description = "The project, where there are several." };
        var role = new Option<Role>("--role")
        {
            Description = "viewer, researcher or manager in the project.",
            DefaultValueFactory = _ => Role.Researcher,
        };
        var command = new Command("add", "Add a person, or change their role; prints a sign-in link.")
        {
            email, name, project, role,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var address = AccountsTable.Normalise(parse.GetRequiredValue(email));
            if (!address.Contains('@', StringComparison.Ordinal) || address.Length > SignIns.EmailCharsMax)
            {
                throw new CommandException($"'{address}' is not an e-mail address.");
            }

            var slug = await ProjectChoice.PickAsync(database.Source, parse.GetValue(project), cancellationToken);
            var accounts = new AccountsTable(database.Source);
            var projectId = await new ProjectsTable(database.Source).FindIdAsync(slug, cancellationToken)
                ?? throw new CommandException($"There is no project '{slug}'.");
            await using (var connection = await database.Source.OpenConnectionAsync(cancellationToken))
            {
                await AccountsTable.InsertAsync(
                    connection, address, parse.GetValue(name) ?? address, null, isAdmin: false, cancellationToken);
            }

            var account = await FindAsync(accounts, address, cancellationToken);
            await accounts.SetRoleAsync(projectId, account.Id, parse.GetValue(role), cancellationToken);
            Screen.Line($"{address} is {parse.GetValue(role).ToString().ToLowerInvariant()} in '{slug}'.");
            await ShowLinkAsync(database, account.Id, cancellationToken);
            return 0;
        });
        return command;
    }

    static Command List()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("list", "List all people.") { json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var accounts = await new AccountsTable(database.Source).ListAsync(cancellationToken);
            if (parse.GetValue(json))
            {
                Screen.Json(accounts);
                return 0;
            }

            Screen.Table(
                ["Address", "Name", "Server admin", "Since"],
                [.. accounts.Select(a => new[]
                {
                    a.Email, a.Name, a.IsAdmin ? "yes" : "",
                    a.CreatedAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                })],
                "Nobody has an account yet. Open the link that ./wildcam up prints.");
            return 0;
        });
        return command;
    }

    static Command Link()
    {
        var email = new Argument<string>("email") { Description = "Whose." };
        var command = new Command("link", "Print a one-time sign-in link for a person.") { email };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var account = await FindAsync(
                new AccountsTable(database.Source), parse.GetRequiredValue(email), cancellationToken);
            await ShowLinkAsync(database, account.Id, cancellationToken);
            return 0;
        });
        return command;
    }

    static Command Token()
    {
        var email = new Argument<string>("email") { Description = "Whose; the program may do what they may." };
        var name = new Option<string>("--name")
        {
            Description = "What it is for.",
            DefaultValueFactory = _ => "command line",
        };
        var scopes = new Option<string[]>("--scope")
        {
            Description = $"What it is limited to: {string.Join(", ", TokenScopes.All)}.",
            AllowMultipleArgumentsPerToken = true,
        };
        var days = new Option<int>("--days") { Description = "How long it lasts.", DefaultValueFactory = _ => 90 };
        var command = new Command("token", "Print a token for a program that uses the API.")
        {
            email, name, scopes, days,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var asked = parse.GetValue(scopes) is { Length: > 0 } some ? some : null;
            if (asked?.FirstOrDefault(s => !TokenScopes.All.Contains(s, StringComparer.Ordinal)) is { } unknown)
            {
                throw new CommandException(
                    $"There is no scope '{unknown}'. There are: {string.Join(", ", TokenScopes.All)}");
            }

            var keep = TimeSpan.FromDays(parse.GetValue(days));
            if (keep < TimeSpan.FromDays(1) || keep > ApiTokensTable.KeepMax)
            {
                throw new CommandException($"A token lasts 1 to {ApiTokensTable.KeepMax.TotalDays} days.");
            }

            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var account = await FindAsync(
                new AccountsTable(database.Source), parse.GetRequiredValue(email), cancellationToken);
            var made = await new ApiTokensTable(database.Source).CreateAsync(
                    account.Id, parse.GetRequiredValue(name), keep, asked, cancellationToken)
                ?? throw new CommandException(
                    $"'{account.Email}' has {ApiTokensTable.OpenMax} tokens (OpenMax). Revoke one.");
            Screen.Line(made.Text);
            return 0;
        });
        return command;
    }

    static async Task<Account> FindAsync(
        AccountsTable accounts, string email, CancellationToken cancellationToken) =>
        await accounts.FindByEmailAsync(email, cancellationToken)
            ?? throw new CommandException($"Nobody has the address '{email}'. See: ./wildcam account list");

    static async Task ShowLinkAsync(LocalDatabase database, int accountId, CancellationToken cancellationToken)
    {
        var secret = await new SignInLinksTable(database.Source).CreateAsync(accountId, cancellationToken);
        var root = database.Workspace.Hub.Root;
        Screen.Line($"Sign-in link, once, within {SignInLinksTable.Keep.TotalHours:0} h: {root}/sign-in?link={secret}");
    }
}
