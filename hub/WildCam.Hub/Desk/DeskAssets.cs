using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;

namespace WildCam.Hub.Desk;

/// <summary>
/// The pages' files, ours and those from npm, read once from beside the assembly and compressed when first asked for.
/// An address with the content's hash may be kept for ever.
/// </summary>
public sealed class DeskAssets
{
    const int HashChars = 10;

    readonly FrozenDictionary<string, Asset> _assets;

    public DeskAssets()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "wwwroot");
        _assets = Directory.EnumerateFiles(folder).Select(Asset.Read).ToFrozenDictionary(a => a.Name);
    }

    public IEnumerable<string> Names => _assets.Keys;

    /// <summary>The address of a file, with its version.</summary>
    public string Url(string name) => _assets[name].Url;

    /// <summary>Whether a file is there; those from npm are not where a build had no npm.</summary>
    public bool Has(string name) => _assets.ContainsKey(name);

    public async Task SendAsync(string name, HttpContext context)
    {
        var asset = _assets[name];
        var response = context.Response;
        response.ContentType = asset.ContentType;
        response.Headers.ETag = $"\"{asset.Hash}\"";
        response.Headers.Vary = "Accept-Encoding";
        response.Headers.CacheControl = context.Request.Query["v"] == asset.Hash
            ? "public, max-age=31536000, immutable"
            : "no-cache";
        if (context.Request.Headers.IfNoneMatch == response.Headers.ETag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var (encoding, body) = asset.For(context.Request.Headers.AcceptEncoding);
        if (encoding is not null)
        {
            response.Headers.ContentEncoding = encoding;
        }

        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    sealed record Asset(string Name, string ContentType, string Hash, byte[] Plain)
    {
        readonly Lazy<byte[]> _brotli = new(
            () => Compress(Plain, s => new BrotliStream(s, CompressionLevel.SmallestSize)));
        readonly Lazy<byte[]> _gzip = new(() => Compress(Plain, s => new GZipStream(s, CompressionLevel.SmallestSize)));

        public string Url { get; } = $"/{Name}?v={Hash}";

        public static Asset Read(string path)
        {
            var bytes = File.ReadAllBytes(path);
            var type = Path.GetExtension(path) switch
            {
                ".css" => "text/css; charset=utf-8",
                ".js" => "text/javascript; charset=utf-8",
                ".json" => "application/json",
                ".svg" => "image/svg+xml",
                ".webmanifest" => "application/manifest+json",
                var other => throw new InvalidOperationException($"wwwroot holds a file of unknown type: {other}"),
            };
            return new Asset(
                Path.GetFileName(path),
                type,
                Convert.ToHexStringLower(SHA256.HashData(bytes))[..HashChars],
                bytes);
        }

        public (string? Encoding, byte[] Body) For(StringValues accepted)
        {
            var text = accepted.ToString();
            return text.Contains("br", StringComparison.OrdinalIgnoreCase) ? ("br", _brotli.Value)
                : text.Contains("gzip", StringComparison.OrdinalIgnoreCase) ? ("gzip", _gzip.Value)
                : (null, Plain);
        }

        static byte[] Compress(byte[] bytes, Func<Stream, Stream> open)
        {
            using var target = new MemoryStream();
            using (var stream = open(target))
            {
                stream.Write(bytes);
            }

            return target.ToArray();
        }
    }
}
