using Microsoft.Extensions.DependencyInjection.Extensions;
using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Orders;
using WildCam.Hub.Jobs;
using WildCam.Storage.Cameras;
using WildCam.Storage.Orders;

namespace WildCam.Hub.Orders;

/// <summary>What people want of cameras: commands and settings, and what became of them.</summary>
static class OrdersSlice
{
    public static void AddOrders(this WebApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton<CommandsTable>();
        builder.Services.TryAddSingleton<SettingsTable>();
        builder.Services.TryAddSingleton<CameraTagsTable>();
        builder.Services
            .AddSingleton<OrderMetrics>()
            .AddSingleton<SettingsEditor>()
            .AddSingleton<CommandOutbox>()
            .AddSingleton<ICameraOutbox>(services => services.GetRequiredService<CommandOutbox>())
            .AddSingleton<ICameraWord, ResultWord>()
            .AddSingleton<SettingsOutbox>()
            .AddSingleton<ICameraOutbox>(services => services.GetRequiredService<SettingsOutbox>())
            .AddSingleton<ICameraWord, ConfigWord>()
            .AddSingleton<IRecurringWork, FollowSiteTime>();
    }
}
