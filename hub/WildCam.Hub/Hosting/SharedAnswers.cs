using Microsoft.AspNetCore.OutputCaching;

namespace WildCam.Hub.Hosting;

/// <summary>
/// Lists of a project that many ask for at once are made once a second: for routes behind <see cref="ProjectAccess"/>
/// whose answer depends on the address and on what the visitor may do in the project, and on nothing else.
/// </summary>
public static class SharedAnswers
{
    const long BytesMax = 32 << 20;
    const long AnswerBytesMax = 1 << 20;

    public static void AddSharedAnswers(this IServiceCollection services) => services.AddOutputCache(cache =>
    {
        cache.SizeLimit = BytesMax;
        cache.MaximumBodySize = AnswerBytesMax;
    });

    public static TBuilder ShareAnswers<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder =>
        route.CacheOutput(policy => policy.AddPolicy<Policy>(), excludeDefaultPolicy: true);

    sealed class Policy(RecentReads reads) : IOutputCachePolicy
    {
        public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
        {
            var project = context.HttpContext.Project();
            context.EnableOutputCaching = HttpMethods.IsGet(context.HttpContext.Request.Method);
            context.AllowCacheLookup = true;
            context.AllowCacheStorage = true;
            context.AllowLocking = true;
            context.ResponseExpirationTimeSpan = RecentReads.SharedFor;
            context.CacheVaryByRules.QueryKeys = "*";
            context.CacheVaryByRules.VaryByValues["sees"] = $"{project.Id} {project.Role} {project.SeesPeople}";
            context.CacheVaryByRules.VaryByValues["since"] = $"{reads.Generation}";
            return ValueTask.CompletedTask;
        }

        public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) =>
            ValueTask.CompletedTask;

        public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
        {
            context.AllowCacheStorage = context.HttpContext.Response.StatusCode == StatusCodes.Status200OK;
            return ValueTask.CompletedTask;
        }
    }
}
