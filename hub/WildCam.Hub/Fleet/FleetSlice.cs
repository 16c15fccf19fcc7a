using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Storage.Fleet;

namespace WildCam.Hub.Fleet;

/// <summary>Firmware for the cameras: the catalogue, rollouts, offers and bytes.</summary>
static class FleetSlice
{
    public static void AddFleet(this WebApplicationBuilder builder)
    {
        builder.Services.AddFirmware();
        builder.Services
            .AddSingleton<RolloutWork>()
            .AddSingleton<BundleBytes>()
            .AddSingleton<DownloadPace>()
            .AddSingleton<ICameraOutbox, BundleOutbox>()
            .AddSingleton<ICameraWord, BundleWord>()
            .AddSingleton<ICameraWord, BundleWantWord>()
            .AddHostedService<RolloutLoop>();
    }

    /// <summary>What commands need too: nothing of it runs by itself.</summary>
    public static void AddFirmware(this IServiceCollection services)
    {
        services.TryAddSingleton<FirmwareTable>();
        services.TryAddSingleton<PublishersTable>();
        services.TryAddSingleton<FirmwareCatalogue>();
        services.TryAddSingleton<Rollouts>();
        services.TryAddSingleton<RolloutPagesTable>();
        services.TryAddSingleton(provider => new UpdateKeys(
            provider.GetRequiredService<NpgsqlDataSource>(),
            UpdateKeyFile(provider.GetRequiredService<IConfiguration>())));
    }

    /// <summary>The file that opens the cameras' update keys; hubs of one database share it.</summary>
    static string UpdateKeyFile(IConfiguration configuration)
    {
        var hub = configuration.GetSection(HubOptions.Section).Get<HubOptions>() ?? new HubOptions();
        return hub.UpdateKeyFile.Length > 0 ? hub.UpdateKeyFile : Path.Combine(hub.DataFolder, "keys", "update.key");
    }
}
