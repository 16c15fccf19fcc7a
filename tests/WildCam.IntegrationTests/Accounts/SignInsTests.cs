using WildCam.Storage.Accounts;

namespace WildCam.IntegrationTests.Accounts;

/// <summary>Each test has a database of its own: there is only one first account.</summary>
public sealed class SignInsTests : IAsyncLifetime
{
    const string Here = "192.0.2.1";
    const string There = "192.0.2.2";
    const string RightPassword = "a right password";

    readonly TestDatabase _database = new();
    readonly TestClock _clock = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task The_first_link_leads_to_set_up_and_makes_one_admin_with_a_session_and_a_project()
    {
        using var signIns = Open();
        var path = await new SignInLinksTable(_database.Source).CreateForOwnerAsync(default);
        Assert.StartsWith("/setup?link=", path, StringComparison.Ordinal);
        var link = path["/setup?link=".Length..];
        Assert.True(await new SignInLinksTable(_database.Source).IsOpenAsync(link, default));

        var first = new FirstAccount(" Ada@Example.org ", "Ada", RightPassword) { ProjectSlug = "creek" };
        var signedIn = await signIns.CreateFirstAdminAsync(link, first, Here, default);
        Assert.Equal(AccountRefusal.None, signedIn.Refusal);
        var visitor = await new SessionsTable(_database.Source).FindVisitorAsync(signedIn.Session!, default);
        Assert.Equal(new Visitor(signedIn.AccountId!.Value, "Ada", IsAdmin: true), visitor);
        Assert.NotNull(await new ProjectsTable(_database.Source).FindForAsync(visitor!.AccountId, "creek", default));
        Assert.NotNull(await new AccountsTable(_database.Source).FindByEmailAsync("ada@example.ORG", default));

        var again = await signIns.CreateFirstAdminAsync(link, first, Here, default);
        Assert.Equal(AccountRefusal.AlreadySetUp, again.Refusal);
        Assert.StartsWith("/sign-in?link=",
            await new SignInLinksTable(_database.Source).CreateForOwnerAsync(default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_set_up_leaves_the_link_unused()
    {
        using var signIns = Open();
        var link = await new SignInLinksTable(_database.Source).CreateAsync(null, default);
        foreach (var (first, refusal) in new (FirstAccount, AccountRefusal)[]
            {
                (new("no address", "Ada", RightPassword), AccountRefusal.BadEmail),
                (new("a@b", " ", RightPassword), AccountRefusal.BadName),
                (new("a@b", "Ada", "short"), AccountRefusal.BadPassword),
                (new("a@b", "Ada", RightPassword) { ProjectSlug = "No Slug" }, AccountRefusal.BadProject),
                (new("a@b", "Ada", RightPassword) { TimeZone = "Mars/Olympus" }, AccountRefusal.BadProject),
            })
        {
            Assert.Equal(refusal, (await signIns.CreateFirstAdminAsync(link, first, Here, default)).Refusal);
        }

        Assert.True(await new SignInLinksTable(_database.Source).IsOpenAsync(link, default));
        Assert.False(await new AccountsTable(_database.Source).AnyAsync(default));
    }

    [Fact]
    public async Task Of_two_set_ups_at_once_one_wins()
    {
        using var signIns = Open();
        var links = new SignInLinksTable(_database.Source);
        string[] secrets = [await links.CreateAsync(null, default), await links.CreateAsync(null, default)];
        var results = await Task.WhenAll(secrets.Select((s, i) =>
            signIns.CreateFirstAdminAsync(s, new($"a{i}@b", "Ada", RightPassword), Here, default)));
        Assert.Equal([AccountRefusal.None, AccountRefusal.AlreadySetUp], results.Select(r => r.Refusal).Order());
    }

    [Fact]
    public async Task A_link_lets_in_once_and_only_within_its_time()
    {
        using var signIns = Open();
        var id = await AddAsync("ada@b");
        var links = new SignInLinksTable(_database.Source);
        var link = await links.CreateAsync(id, default);
        Assert.Equal(id, (await signIns.RedeemLinkAsync(link, Here, default)).AccountId);
        Assert.Equal(AccountRefusal.BadLink, (await signIns.RedeemLinkAsync(link, Here, default)).Refusal);

        var late = await links.CreateAsync(id, default);
        await _database.RunAsync("update sign_in_links set expires_at = now() where used_at is null");
        Assert.Equal(AccountRefusal.BadLink, (await signIns.RedeemLinkAsync(late, Here, default)).Refusal);

        var setUp = await links.CreateAsync(null, default);
        Assert.Equal(AccountRefusal.BadLink, (await signIns.RedeemLinkAsync(setUp, Here, default)).Refusal);
        Assert.True(await links.IsOpenAsync(setUp, default));
        Assert.Equal(AccountRefusal.BadLink, (await signIns.RedeemLinkAsync("nonsense", Here, default)).Refusal);
    }

    [Fact]
    public async Task A_right_password_lets_in_and_a_wrong_or_unknown_one_answers_alike()
    {
        using var signIns = Open();
        var id = await AddAsync("ada@b");
        Assert.Equal(id, (await signIns.SignInAsync("ADA@b", RightPassword, Here, default)).AccountId);
        Assert.Equal(AccountRefusal.Wrong, (await signIns.SignInAsync("ada@b", "wrong", Here, default)).Refusal);
        Assert.Equal(AccountRefusal.Wrong, (await signIns.SignInAsync("bob@b", "wrong", Here, default)).Refusal);
        await _database.RunAsync("update accounts set disabled_at = now() where id = $1", id);
        Assert.Equal(AccountRefusal.Wrong, (await signIns.SignInAsync("ada@b", RightPassword, Here, default)).Refusal);
        Assert.Equal(3, await _database.ReadAsync<long>(
            "select count(*) from audit_entries where action = 'sign-in.failed'"));
    }

    [Fact]
    public async Task Guessing_from_one_address_has_to_wait_and_the_owner_elsewhere_has_not()
    {
        using var signIns = Open();
        var id = await AddAsync("ada@b");
        for (var i = 0; i < SignInBackoff.PairFreeTries; i++)
        {
            var guess = await signIns.SignInAsync("ada@b", $"guess {i}", Here, default);
            Assert.Equal(AccountRefusal.Wrong, guess.Refusal);
        }

        var refused = await signIns.SignInAsync("ada@b", RightPassword, Here, default);
        Assert.Equal(AccountRefusal.TooSoon, refused.Refusal);
        Assert.InRange(refused.RetryAfter, TimeSpan.FromMilliseconds(1), SignInBackoff.WaitMax);
        Assert.Equal(id, (await signIns.SignInAsync("ada@b", RightPassword, There, default)).AccountId);
        _clock.Advance(refused.RetryAfter);
        Assert.Equal(id, (await signIns.SignInAsync("ada@b", RightPassword, Here, default)).AccountId);
    }

    [Fact]
    public async Task A_closed_session_and_a_disabled_account_are_out_at_once()
    {
        using var signIns = Open();
        var id = await AddAsync("ada@b");
        var sessions = new SessionsTable(_database.Source);
        var (session, _) = await sessions.OpenAsync(id, default);
        var (other, _) = await sessions.OpenAsync(id, default);
        Assert.True(await signIns.SignOutAsync(session, default));
        Assert.Null(await sessions.FindVisitorAsync(session, default));
        Assert.NotNull(await sessions.FindVisitorAsync(other, default));
        await _database.RunAsync("update accounts set disabled_at = now() where id = $1", id);
        Assert.Null(await sessions.FindVisitorAsync(other, default));
    }

    [Fact]
    public async Task A_token_works_until_it_is_revoked_or_past_its_time()
    {
        var id = await AddAsync("ada@b");
        var tokens = new ApiTokensTable(_database.Source);
        var (token, text) = (await tokens.CreateAsync(id, "laptop", TimeSpan.FromDays(1), default))!.Value;
        Assert.Equal(id, (await tokens.FindVisitorAsync(text, default))?.AccountId);
        Assert.Null(await tokens.FindVisitorAsync(text + "x", default));
        Assert.False(await tokens.RevokeAsync(id + 1, token.Id, default));
        Assert.True(await tokens.RevokeAsync(id, token.Id, default));
        Assert.Null(await tokens.FindVisitorAsync(text, default));
        var (_, late) = (await tokens.CreateAsync(id, "late", TimeSpan.FromDays(1), default))!.Value;
        await _database.RunAsync("update api_tokens set expires_at = now()");
        Assert.Null(await tokens.FindVisitorAsync(late, default));
    }

    [Fact]
    public void Backoff_grows_to_its_bound_forgets_and_keeps_a_bounded_number()
    {
        var backoff = new SignInBackoff(_clock);
        for (var i = 0; i < 60; i++)
        {
            backoff.Failed("ada@b", Here);
        }

        Assert.Equal(SignInBackoff.WaitMax, backoff.WaitFor("ada@b", Here));
        Assert.Equal(TimeSpan.Zero, backoff.WaitFor("ada@b", There));
        Assert.InRange(backoff.SlownessOf("ada@b"), TimeSpan.FromSeconds(1), SignInBackoff.SlowMax);
        _clock.Advance(SignInBackoff.Forget);
        Assert.Equal(TimeSpan.Zero, backoff.WaitFor("ada@b", Here));
        Assert.Equal(TimeSpan.Zero, backoff.SlownessOf("ada@b"));
    }

    SignIns Open() => new(_database.Source, new SignInBackoff(_clock));

    async Task<int> AddAsync(string email)
    {
        await using var connection = await _database.Source.OpenConnectionAsync();
        return (await AccountsTable.InsertAsync(
            connection, email, "Ada", PasswordHash.Create(RightPassword), isAdmin: true, default))!.Value;
    }
}
