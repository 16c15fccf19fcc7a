using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Storage.Events;

namespace WildCam.Hub.Events;

/// <summary>Visits: captures of one deployment close in time.</summary>
static class EventsSlice
{
    public static void AddEvents(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EventsTable>();
        builder.Services.AddSingleton<PageEventsTable>();
        builder.Services.AddSingleton<PageNews>();
        builder.Services.AddSingleton<IJobHandler, GroupEventsJob>();
        builder.Services.AddHostedService<FoldEventsLoop>();
    }
}
