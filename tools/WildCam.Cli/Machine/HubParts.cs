using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WildCam.Hub.Hosting;

namespace WildCam.Cli.Machine;

/// <summary>
/// Slices of the hub inside a command, with the hub's own configuration: nothing listens, no job runs here.
/// </summary>
static class HubParts
{
    /// <summary>The services of the slices that <paramref name="add"/> registers.</summary>
    public static ServiceProvider Build(Workspace workspace, Action<WebApplicationBuilder> add)
    {
        // Not the folder where somebody types: the builder watches all of its content root.
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(workspace.HubEnvironment()
            .Select(s => new KeyValuePair<string, string?>(
                s.Key.Replace("__", ":", StringComparison.Ordinal), s.Value)));
        builder.Logging.ClearProviders();
        builder.AddHosting();
        add(builder);
        return builder.Services.BuildServiceProvider();
    }
}
