using System.CommandLine;
using System.Globalization;
using WildCam.Cli.Machine;
using WildCam.Storage;
using WildCam.Storage.Accounts;

namespace WildCam.Cli.Commands;

/// <summary>`account add`, `list`, `link`: who else may look, decide and manage.</summary>
static class AccountCommands
{
    public static Command Create() => new("account", "People and their roles.") { Add(), List(), Link() };

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

    static async Task<Account> FindAsync(
        AccountsTable accounts, string email, CancellationToken cancellationToken) =>
        await accounts.FindByEmailAsync(email, cancellationToken)
            ?? throw new CommandException($"Nobody has the address '{email}'. See: ./wildcam account list");

    static async Task ShowLinkAsync(LocalDatabase database, int accountId, CancellationToken cancellationToken)
    {
        var secret = await new SignInLinksTable(database.Source).CreateAsync(accountId, cancellationToken);
        var hub = database.Workspace.Hub;
        var root = hub.PublicUrl.Length > 0
            ? hub.PublicUrl.TrimEnd('/')
            : $"http://localhost:{hub.WebPort.ToString(CultureInfo.InvariantCulture)}";
        Screen.Line($"Sign-in link, once, within {SignInLinksTable.Keep.TotalHours:0} h: {root}/sign-in?link={secret}");
    }
}
