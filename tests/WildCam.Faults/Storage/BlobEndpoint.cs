using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using WildCam.Cli.Machine;

namespace WildCam.Faults.Storage;

/// <summary>How a blob endpoint answers a request.</summary>
enum BlobManner
{
    Well,

    /// <summary>503, nothing done.</summary>
    Unavailable,

    /// <summary>Done, and the connection breaks before the answer.</summary>
    Silent,

    /// <summary>Done well, after a while.</summary>
    Slow,

    /// <summary>Success is told, and half of the bytes are kept or sent.</summary>
    Truncated,
}

/// <summary>
/// As much of Azure Blob Storage as the hub's way in and its jobs use, over a folder, and with bad manners on demand.
/// </summary>
sealed class BlobEndpoint : IAsyncDisposable
{
    const string Account = "devstoreaccount1";
    const string Container = "wildcam";

    readonly string _folder;
    readonly WebApplication _app;

    BlobEndpoint(string folder, int port)
    {
        _folder = folder;
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port));
        builder.WebHost.UseShutdownTimeout(TimeSpan.Zero);
        _app = builder.Build();
        _app.Run(AnswerAsync);

        // The account that every emulator of the service knows; its key is published in its documentation.
        Connection =
            $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50u"
            + "SRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
            + $"BlobEndpoint=http://127.0.0.1:{port}/{Account};";
    }

    public string Connection { get; }

    /// <summary>Decides how the next request is answered.</summary>
    public Func<BlobManner> Manner { get; set; } = () => BlobManner.Well;

    /// <summary>How long a slow answer takes.</summary>
    public TimeSpan Slowness { get; set; } = TimeSpan.FromSeconds(1);

    public static async Task<BlobEndpoint> StartAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var endpoint = new BlobEndpoint(folder, FreePort.Next());
        await endpoint._app.StartAsync();
        return endpoint;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    async Task AnswerAsync(HttpContext context)
    {
        var manner = Manner();
        if (manner == BlobManner.Unavailable)
        {
            Refuse(context, StatusCodes.Status503ServiceUnavailable, "ServerBusy");
            return;
        }

        if (manner == BlobManner.Slow)
        {
            await Task.Delay(Slowness, context.RequestAborted);
        }

        var path = context.Request.Path.Value ?? "";
        const string prefix = $"/{Account}/{Container}/";
        if (!path.StartsWith(prefix, StringComparison.Ordinal))
        {
            // The container: made at once, and listed as if it were not there.
            var made = HttpMethods.IsPut(context.Request.Method);
            context.Response.StatusCode = made ? StatusCodes.Status201Created : StatusCodes.Status404NotFound;
            context.Response.Headers["x-ms-error-code"] = made ? default : "ContainerNotFound";
            return;
        }

        var file = Path.Combine(_folder, path[prefix.Length..]);
        switch (context.Request.Method)
        {
            case "PUT":
                await PutAsync(context, file, manner);
                break;
            case "GET" or "HEAD":
                await GetAsync(context, file, manner);
                break;
            case "DELETE" when File.Exists(file):
                File.Delete(file);
                context.Response.StatusCode = StatusCodes.Status202Accepted;
                break;
            default:
                Refuse(context, StatusCodes.Status404NotFound, "BlobNotFound");
                break;
        }
    }

    static async Task PutAsync(HttpContext context, string file, BlobManner manner)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.ToArray();
        if (manner == BlobManner.Truncated)
        {
            bytes = bytes[..(bytes.Length / 2)];
        }

        // Not cut short by a client that went away: the service has what it has.
        var temporary = $"{file}.{Guid.NewGuid():N}";
        await File.WriteAllBytesAsync(temporary, bytes, CancellationToken.None);
        File.Move(temporary, file, overwrite: true);
        if (manner == BlobManner.Silent)
        {
            context.Abort();
            return;
        }

        Describe(context, bytes);
        context.Response.Headers.ContentMD5 = Md5(bytes);
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    static async Task GetAsync(HttpContext context, string file, BlobManner manner)
    {
        if (!File.Exists(file))
        {
            Refuse(context, StatusCodes.Status404NotFound, "BlobNotFound");
            return;
        }

        var bytes = await File.ReadAllBytesAsync(file, context.RequestAborted);
        Describe(context, bytes);
        context.Response.Headers["x-ms-blob-content-md5"] = Md5(bytes);
        context.Response.Headers["x-ms-blob-type"] = "BlockBlob";
        var sent = manner == BlobManner.Truncated ? bytes[..(bytes.Length / 2)] : bytes;
        var ranged = context.Request.Headers.ContainsKey("x-ms-range") || context.Request.Headers.Range.Count > 0;
        context.Response.StatusCode = ranged ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;
        context.Response.Headers.ContentRange = ranged
            ? string.Create(CultureInfo.InvariantCulture, $"bytes 0-{Math.Max(0, sent.Length - 1)}/{sent.Length}")
            : default;
        context.Response.ContentLength = sent.Length;
        if (manner == BlobManner.Silent)
        {
            await context.Response.Body.WriteAsync(sent.AsMemory(0, sent.Length / 2), context.RequestAborted);
            context.Abort();
        }
        else if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(sent, context.RequestAborted);
        }
    }

    static void Describe(HttpContext context, byte[] bytes)
    {
        context.Response.Headers.ETag = $"\"{Convert.ToHexString(SHA256.HashData(bytes))[..16]}\"";
        context.Response.Headers.LastModified = DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture);
    }

    static void Refuse(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["x-ms-error-code"] = code;
    }

#pragma warning disable CA5351 // The service's own checksum.
    static string Md5(byte[] bytes) => Convert.ToBase64String(MD5.HashData(bytes));
#pragma warning restore CA5351
}
