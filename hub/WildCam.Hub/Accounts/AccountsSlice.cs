using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using WildCam.Hub.Hosting;
using WildCam.Storage.Accounts;

namespace WildCam.Hub.Accounts;

/// <summary>Who may come in: accounts, sessions, API tokens, roles.</summary>
static class AccountsSlice
{
    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<AccountsTable>();
        services.AddSingleton<ProjectsTable>();
        services.AddSingleton<SessionsTable>();
        services.AddSingleton<SignInLinksTable>();
        services.AddSingleton<ApiTokensTable>();
        services.AddSingleton<AuditTable>();
        services.AddSingleton<SignInBackoff>();
        services.AddSingleton<SignIns>();
        services.AddAuthentication(SessionAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.SignedIn, policy => policy.RequireAuthenticatedUser())
            .AddPolicy(Policies.Admin, policy =>
                policy.RequireAuthenticatedUser().RequireClaim(VisitorClaims.Admin, "1"));
        // Signs forms and cursors. Replicas share the folder, or a form made by one is refused by another.
        var keys = Path.Combine(builder.Configuration[$"{HubOptions.Section}:{nameof(HubOptions.DataFolder)}"] ?? "",
            "keys");
        services.AddDataProtection().SetApplicationName("wildcam").PersistKeysToFileSystem(new DirectoryInfo(keys));
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "wildcam_form";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            antiforgery.HeaderName = "X-WildCam-Form";
            antiforgery.SuppressXFrameOptionsHeader = true; // The content security policy says it.
        });
    }

    /// <summary>Finds out who asks, before the routes do anything.</summary>
    public static void UseAccounts(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseTokenScopes();
        app.UseMiddleware<ProjectAccess>();
        app.UseOutputCache();
        app.UseAntiforgery();
    }
}
