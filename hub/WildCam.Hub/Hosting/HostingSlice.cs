using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Npgsql;
using WildCam.Hub.Hosting.Metrics;
using WildCam.Storage.Blobs;

namespace WildCam.Hub.Hosting;

/// <summary>What every slice stands on: options, database, listeners, health.</summary>
static class HostingSlice
{
    /// <summary>
    /// Key of the data source that leads past PgBouncer: for LISTEN, and for the few statements that run so often that
    /// planning them counts.
    /// </summary>
    public const string Direct = "direct";

    /// <summary>
    /// Key of the data source of lists by keyset: for those a plan is made once for all values. Planning each page anew
    /// over its months takes longer than reading it, yet looks cheaper to the planner.
    /// </summary>
    public const string Lists = "lists";

    /// <summary>Connections for lists; most answers are shared, and the others wait their turn.</summary>
    const int ListConnectionsMax = 20;

    /// <summary>Statements that a direct connection keeps prepared, and after how many uses.</summary>
    const int PreparedMax = 16;
    const int PreparedAfterUses = 2;

    /// <summary>
    /// Without PgBouncer in between the pages' statements are prepared too: over months of partitions planning one
    /// costs more than running it.
    /// </summary>
    const int PooledPreparedMax = 48;

    /// <summary>Bytes that a connection may have waiting before it is read no further; some packets' worth.</summary>
    const int ReadBufferBytesMax = 128 * 1024;

    /// <summary>From a request's first byte to its last header: as long as a camera has for its CONNECT.</summary>
    static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    public static void AddHosting(this WebApplicationBuilder builder)
    {
        var hub = builder.Configuration.GetSection(HubOptions.Section).Get<HubOptions>() ?? new HubOptions();
        builder.Services.AddOptions<HubOptions>().BindConfiguration(HubOptions.Section)
            .ValidateDataAnnotations()
            .Validate(
                o => TrustedProxies.TryRead(o.TrustedProxies, out _),
                "WildCam:TrustedProxies lists what is neither an address nor a network, such as 10.0.0.0/8.")
            .ValidateOnStart();
        builder.Services.AddOptions<BlobOptions>().BindConfiguration(BlobOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<HubIdentity>();
        var prepared = hub.DatabaseDirect.Length > 0 ? 0 : PooledPreparedMax;
        builder.Services.AddSingleton(_ => CreateSource(hub.Pooled(), prepared));
        builder.Services.AddKeyedSingleton(Lists, (_, _) => CreateSource(hub.Lists(), prepared, ListConnectionsMax));
        builder.Services.AddKeyedSingleton(Direct, (_, _) => CreateSource(hub.Direct(), PreparedMax));
        builder.Services.AddSingleton(services => OpenBlobs(
            services.GetRequiredService<IOptions<HubOptions>>().Value,
            services.GetRequiredService<IOptions<BlobOptions>>().Value,
            services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(services => new DatabaseNotices(
            services.GetRequiredKeyedService<NpgsqlDataSource>(Direct),
            services.GetRequiredService<ILogger<DatabaseNotices>>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<DatabaseNotices>());
        builder.Services.AddSingleton<NoticeSender>();
        builder.Services.AddHostedService(services => services.GetRequiredService<NoticeSender>());
        builder.Services.AddSingleton<CameraCalls>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CameraCalls>());
        builder.Services.AddSingleton<CameraAudit>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CameraAudit>());
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<FaultPages>();
        builder.Services.AddRateLimits();
        builder.Services.AddMetricsExport();
        builder.Services.AddSingleton<HubHealth>();
        builder.Services.AddSingleton<RecentReads>();
        builder.Services.AddSharedAnswers();
        builder.Services.AddApi();
        builder.AddLog();
        builder.Services.Configure<SocketTransportOptions>(socket => socket.MaxReadBufferSize = ReadBufferBytesMax);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Listen(System.Net.IPAddress.Parse(hub.BindAddress), hub.WebPort);
        });
    }

    /// <summary>
    /// Pooled connections, which prepare so many of the statements that they send often. No state of a session is ever
    /// changed, so none is reset when a connection goes back: that would cost seven statements each time.
    /// </summary>
    internal static NpgsqlDataSource CreateSource(
        string connectionString, int preparedMax = PreparedMax, int connectionsMax = int.MaxValue)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxAutoPrepare = preparedMax,
            AutoPrepareMinUsages = PreparedAfterUses,
            NoResetOnClose = true,
        };
        builder.MaxPoolSize = Math.Min(builder.MaxPoolSize, connectionsMax);
        builder.MinPoolSize = Math.Min(builder.MinPoolSize, builder.MaxPoolSize);
        return NpgsqlDataSource.Create(builder.ConnectionString);
    }

    // One line an entry, in UTC; the framework's own chatter about each request stays out of it.
    static void AddLog(this WebApplicationBuilder builder)
    {
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions", LogLevel.Warning);
        builder.Logging.AddFilter("Quartz", LogLevel.Warning);
    }

    static IBlobStore OpenBlobs(HubOptions hub, BlobOptions blobs, TimeProvider time) => blobs.Kind switch
    {
        "azure" => new AzureBlobStore(blobs.AzureConnection, blobs.AzureContainer),
        _ => new FolderBlobStore(
            blobs.Folder.Length > 0 ? blobs.Folder : Path.Combine(hub.DataFolder, "blobs"), time),
    };

    /// <summary>What every request passes first.</summary>
    public static void UseHosting(this WebApplication app)
    {
        app.UseTrustedProxies();
        app.UseExceptionHandler();
        app.UseRequestGuards();
        RecentReads.Use(app);
    }

    public static void MapHosting(this WebApplication app)
    {
        app.MapApi();
        app.MapMetrics();
    }
}
