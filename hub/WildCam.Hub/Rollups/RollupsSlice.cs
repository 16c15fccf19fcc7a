using WildCam.Storage.Rollups;

namespace WildCam.Hub.Rollups;

/// <summary>The day's sums.</summary>
static class RollupsSlice
{
    public static void AddRollups(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RollupsTable>();
        builder.Services.AddHostedService<FoldRollupsLoop>();
    }
}
