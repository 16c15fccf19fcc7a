using System.ComponentModel.DataAnnotations;
using Npgsql;

namespace WildCam.Hub.Hosting;

/// <summary>What the hub stands on; section WildCam. Each slice has its own section below it.</summary>
public sealed class HubOptions
{
    public const string Section = "WildCam";

    /// <summary>PostgreSQL connection string; may lead through PgBouncer in transaction mode.</summary>
    [Required]
    public string Database { get; set; } = "";

    /// <summary>Direct connection string for LISTEN and what is prepared; empty: as <see cref="Database"/>.</summary>
    public string DatabaseDirect { get; set; } = "";

    /// <summary>
    /// Seconds that a transaction may stand idle before the server ends it, so that a frozen hub's locks do not hold up
    /// the others. Behind PgBouncer its idle_transaction_timeout is the same.
    /// </summary>
    [Range(1, 3600)]
    public int IdleTransactionSeconds { get; set; } = 60;

    /// <summary>Folder of the hub's own files: blobs, certificates, keys, models.</summary>
    [Required]
    public string DataFolder { get; set; } = "";

    /// <summary>Address that the listeners bind to.</summary>
    public string BindAddress { get; set; } = "0.0.0.0";

    [Range(0, 65535)]
    public int WebPort { get; set; } = 8080;

    /// <summary>Address under which people reach the pages, for links; empty: http://localhost and the port.</summary>
    public string PublicUrl { get; set; } = "";

    /// <summary>What links to the pages begin with; no slash at its end.</summary>
    public string Root => PublicUrl.Length > 0 ? PublicUrl.TrimEnd('/') : $"http://localhost:{WebPort}";

    /// <summary>
    /// Addresses and networks (10.0.0.0/8) of reverse proxies, divided by commas, whose X-Forwarded-For and -Proto
    /// count; empty: nobody's.
    /// </summary>
    public string TrustedProxies { get; set; } = "";

    /// <summary>
    /// File that opens the cameras' update keys; empty: keys/update.key in the data folder. Hubs of one database share
    /// it. Keep a copy apart from the database's.
    /// </summary>
    public string UpdateKeyFile { get; set; } = "";

    /// <summary>The connection string of pooled ones. PgBouncer would refuse the bound on transactions.</summary>
    public string Pooled() => DatabaseDirect.Length > 0 ? Database : Bounded(Database);

    /// <summary>The connection string that leads past any pooler.</summary>
    public string Direct() => Bounded(DatabaseDirect.Length > 0 ? DatabaseDirect : Database);

    /// <summary>As the pooled ones, and a plan is made once for all values; PgBouncer would refuse that too.</summary>
    public string Lists() => DatabaseDirect.Length > 0
        ? Database
        : Bounded(Database, "-c plan_cache_mode=force_generic_plan ");

    string Bounded(string connectionString, string more = "")
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        builder.Options =
            $"-c idle_in_transaction_session_timeout={IdleTransactionSeconds}s {more}{builder.Options}".Trim();
        return builder.ConnectionString;
    }
}

/// <summary>Where pictures lie; section WildCam:Blobs.</summary>
public sealed class BlobOptions
{
    public const string Section = "WildCam:Blobs";

    /// <summary>"folder" or "azure".</summary>
    [RegularExpression("folder|azure")]
    public string Kind { get; set; } = "folder";

    /// <summary>The folder; empty: blobs under the data folder.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Azure Storage connection string, from the environment or a file.</summary>
    public string AzureConnection { get; set; } = "";

    public string AzureContainer { get; set; } = "wildcam";
}
