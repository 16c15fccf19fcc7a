using WildCam.Hub.Accounts;
using WildCam.Hub.Cameras;
using WildCam.Hub.Captures;
using WildCam.Hub.Desk;
using WildCam.Hub.Detection;
using WildCam.Hub.Events;
using WildCam.Hub.Exports;
using WildCam.Hub.Fleet;
using WildCam.Hub.Gateway;
using WildCam.Hub.Hosting;
using WildCam.Hub.Imports;
using WildCam.Hub.Ingest;
using WildCam.Hub.Jobs;
using WildCam.Hub.Live;
using WildCam.Hub.Orders;
using WildCam.Hub.Rollups;
using WildCam.Hub.Thumbnails;
using WildCam.Hub.Watch;

if (args is [DetectorHost.Argument])
{
    return DetectorHost.Run();
}

// The working folder holds pictures and a database: it is no place for the hub's own files, and waiting for changes of
// settings there would watch every folder below it.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = ["--hostBuilder:reloadConfigOnChange=false", .. args],
    ContentRootPath = AppContext.BaseDirectory,
});
builder.AddHosting();
builder.AddGateway();
builder.AddIngest();
builder.AddJobs();
builder.AddOrders();
builder.AddLive();
builder.AddEvents();
builder.AddCaptures();
builder.AddAccounts();
builder.AddCameras();
builder.AddRollups();
builder.AddThumbnails();
builder.AddDetection();
builder.AddFleet();
builder.AddWatch();
builder.AddExports();
builder.AddImports();
builder.AddDesk();

var app = builder.Build();
app.UseHosting();
app.UseDesk();
app.UseAccounts();
app.MapHosting();
app.MapThumbnails();
app.MapDesk();
await app.RunAsync();
return 0;

/// <summary>The hub's entry point; public so that tests can start it in process.</summary>
public partial class Program;
