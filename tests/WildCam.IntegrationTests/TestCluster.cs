using WildCam.IntegrationTests;

[assembly: AssemblyFixture(typeof(TestCluster))]

namespace WildCam.IntegrationTests;

/// <summary>One private PostgreSQL for the whole run, under .wildcam/test of the checkout.</summary>
public sealed class TestCluster : IAsyncLifetime
{
    static WorldServer? s_server;

    /// <summary>The run's server; there is one as soon as the first test runs.</summary>
    public static WorldServer Server => s_server ?? throw new InvalidOperationException("The run has not begun.");

    public async ValueTask InitializeAsync()
    {
        var folder = Path.Combine(Components.Root, ".wildcam", "test", $"postgres-{Environment.ProcessId}");
        s_server = await WorldServer.StartAsync(folder, WorldServer.Hasty);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
