using Microsoft.AspNetCore.OutputCaching;

namespace WildCam.Hub.Hosting;

/// <summary>
/// Answers of a project that many ask for at once: from the second time within a second on they are made once. For
/// routes behind <see cref="ProjectAccess"/> whose answer depends on the address and on what the visitor may do in the
/// project, and on nothing else.
/// </summary>
public static class SharedAnswers
{
    const long BytesMax = 32 << 20;
    const long AnswerBytesMax = 1 << 20;

    /// <summary>Addresses asked for last; two in one place only mean that one of them is made once more.</summary>
    const int AskedMax = 4096;

    public static void AddSharedAnswers(this IServiceCollection services) => services.AddOutputCache(cache =>
    {
        cache.SizeLimit = BytesMax;
        cache.MaximumBodySize = AnswerBytesMax;
    });

    public static TBuilder ShareAnswers<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder =>
        route.CacheOutput(policy => policy.AddPolicy<Policy>(), excludeDefaultPolicy: true);

    sealed class Policy(RecentReads reads, TimeProvider time) : IOutputCachePolicy
    {
        readonly int[] _asked = new int[AskedMax];

        public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
        {
            var request = context.HttpContext.Request;
            var project = context.HttpContext.Project();
            context.EnableOutputCaching = HttpMethods.IsGet(request.Method) && IsAskedAgain(request, project.Id);
            context.AllowCacheLookup = true;
            context.AllowCacheStorage = true;
            context.AllowLocking = true;
            context.ResponseExpirationTimeSpan = RecentReads.SharedFor;
            context.CacheVaryByRules.QueryKeys = "*";
            context.CacheVaryByRules.VaryByValues["sees"] = $"{project.Id} {project.Role} {project.SeesPeople}";
            context.CacheVaryByRules.VaryByValues["since"] = $"{reads.Generation}";
            return ValueTask.CompletedTask;
        }

        /// <summary>What one visitor alone looks at is not worth keeping.</summary>
        bool IsAskedAgain(HttpRequest request, int projectId)
        {
            var second = time.GetElapsedTime(0) / RecentReads.SharedFor;
            var asked = HashCode.Combine(
                projectId, request.Path, request.QueryString, reads.Generation, (long)second);
            return Interlocked.Exchange(ref _asked[(uint)asked % AskedMax], asked) == asked;
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
