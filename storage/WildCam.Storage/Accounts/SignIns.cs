using System.Text.RegularExpressions;
using Npgsql;

namespace WildCam.Storage.Accounts;

/// <summary>
/// Ways in and out: first set-up, password, link, sign-out. Pages, API and command line alike come through here; each
/// is written into the audit.
/// </summary>
public sealed partial class SignIns(NpgsqlDataSource database, SignInBackoff backoff) : IDisposable
{
    /// <summary>Passwords checked at once: each takes a core for a moment.</summary>
    public static readonly int ChecksAtOnceMax = Math.Max(1, Environment.ProcessorCount / 2);

    public const int NameCharsMax = 100;
    public const int EmailCharsMax = 254;

    readonly AccountsTable _accounts = new(database);
    readonly SessionsTable _sessions = new(database);
    readonly AuditTable _audit = new(database);
    readonly SemaphoreSlim _checks = new(ChecksAtOnceMax);

    /// <summary>
    /// Makes the server's first account, an admin, with the link that the owner was shown, signs it in and adds the
    /// first project where one is named.
    /// </summary>
    public async Task<SignedIn> CreateFirstAdminAsync(
        string link, FirstAccount first, string address, CancellationToken cancellationToken)
    {
        if (Refuse(first) is var refusal and not AccountRefusal.None)
        {
            return SignedIn.No(refusal);
        }

        var hash = await Task.Run(() => PasswordHash.Create(first.Password), cancellationToken);
        int id;
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            // One set-up at a time: of two visitors with two links, the second finds the server set up.
            await using (var alone = connection.Command("lock table accounts in share row exclusive mode"))
            {
                await alone.ExecuteNonQueryAsync(cancellationToken);
            }

            await using (var any = connection.Command("select exists (select from accounts where kind = 1)"))
            {
                if (await any.ExecuteScalarAsync(cancellationToken) is true)
                {
                    return SignedIn.No(AccountRefusal.AlreadySetUp);
                }
            }

            if (await SignInLinksTable.UseAsync(connection, link, cancellationToken) is not (true, null))
            {
                return SignedIn.No(AccountRefusal.BadLink);
            }

            if (await AccountsTable.InsertAsync(connection, AccountsTable.Normalise(first.Email), first.Name.Trim(),
                    hash, isAdmin: true, cancellationToken) is not { } added)
            {
                return SignedIn.No(AccountRefusal.EmailTaken);
            }

            id = added;
            if (first.ProjectSlug is { } slug && await ProjectsTable.InsertAsync(
                    connection, slug, first.ProjectName ?? slug, first.TimeZone, first.Language, isDemo: false,
                    cancellationToken) is null)
            {
                return SignedIn.No(AccountRefusal.BadProject);
            }

            await AuditTable.AddAsync(
                connection, new AuditEntry(new Actor(id, address), "account.first", first.Email), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return await OpenAsync(id, cancellationToken);
    }

    /// <summary>Lets someone in by address and password. Why not is not told, and takes as long to find out.</summary>
    public async Task<SignedIn> SignInAsync(
        string email, string password, string address, CancellationToken cancellationToken)
    {
        var account = AccountsTable.Normalise(email.Length <= EmailCharsMax ? email : email[..EmailCharsMax]);
        if (backoff.WaitFor(account, address) is var wait && wait > TimeSpan.Zero)
        {
            return SignedIn.No(AccountRefusal.TooSoon, wait);
        }

        if (backoff.SlownessOf(account) is var slowness && slowness > TimeSpan.Zero)
        {
            await Task.Delay(slowness, cancellationToken);
        }

        var (id, stored) = await _accounts.FindPasswordAsync(account, cancellationToken);
        var tried = password.Length <= PasswordHash.PasswordCharsMax ? password : "";
        if (!await CheckAsync(() => PasswordHash.Matches(tried, stored), cancellationToken))
        {
            backoff.Failed(account, address);
            await _audit.AddAsync(
                new AuditEntry(new Actor(id == 0 ? null : id, address), "sign-in.failed", account), cancellationToken);
            return SignedIn.No(AccountRefusal.Wrong);
        }

        backoff.Succeeded(account, address);
        if (PasswordHash.IsWeak(stored!))
        {
            var stronger = await CheckAsync(() => PasswordHash.Create(tried), cancellationToken);
            await _accounts.SetPasswordAsync(id, stronger, cancellationToken);
        }

        await _audit.AddAsync(new AuditEntry(new Actor(id, address), "sign-in", account), cancellationToken);
        return await OpenAsync(id, cancellationToken);
    }

    /// <summary>Lets someone in by a link, once. A link of the first set-up belongs to /setup: unused.</summary>
    public async Task<SignedIn> RedeemLinkAsync(string link, string address, CancellationToken cancellationToken)
    {
        int id;
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            if (await SignInLinksTable.UseAsync(connection, link, cancellationToken) is not (true, { } accountId))
            {
                return SignedIn.No(AccountRefusal.BadLink);
            }

            id = accountId;
            await AuditTable.AddAsync(
                connection, new AuditEntry(new Actor(id, address), "sign-in.link", ""), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return await OpenAsync(id, cancellationToken);
    }

    /// <summary>Ends the session; harmless where it ended before.</summary>
    public Task<bool> SignOutAsync(string session, CancellationToken cancellationToken) =>
        _sessions.CloseAsync(session, cancellationToken);

    public void Dispose() => _checks.Dispose();

    static AccountRefusal Refuse(FirstAccount first) =>
        first.Email.Length > EmailCharsMax || !Email().IsMatch(first.Email.Trim()) ? AccountRefusal.BadEmail
        : first.Name.Trim().Length is 0 or > NameCharsMax ? AccountRefusal.BadName
        : first.Password.Length is < PasswordHash.PasswordCharsMin or > PasswordHash.PasswordCharsMax
            ? AccountRefusal.BadPassword
        : first.ProjectSlug is { } slug && !Slug().IsMatch(slug) ? AccountRefusal.BadProject
        : !TimeZoneInfo.TryFindSystemTimeZoneById(first.TimeZone, out _) ? AccountRefusal.BadProject
        : AccountRefusal.None;

    async Task<SignedIn> OpenAsync(int accountId, CancellationToken cancellationToken)
    {
        var (secret, expiresAt) = await _sessions.OpenAsync(accountId, cancellationToken);
        return new SignedIn(accountId, secret, expiresAt, AccountRefusal.None, TimeSpan.Zero);
    }

    async Task<T> CheckAsync<T>(Func<T> check, CancellationToken cancellationToken)
    {
        await _checks.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(check, cancellationToken);
        }
        finally
        {
            _checks.Release();
        }
    }

    [GeneratedRegex(@"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Email();

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,47}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Slug();
}
