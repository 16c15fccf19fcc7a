using System.Security.Cryptography;
using WildCam.Simulator.Scenes;
using WildCam.Wire;

namespace WildCam.Benchmarks.Uploads;

/// <summary>A picture with all that a camera would have computed of it once.</summary>
sealed record SwarmPicture(byte[] Bytes, byte[] Digest, string Sha256);

/// <summary>The pictures that a swarm sends, over and over under new ids: painted scenes, all of one size.</summary>
sealed class SwarmPictures
{
    const int Different = 16;
    const int Quality = 84;
    const int CommentBytesMax = 65_533;

    readonly List<SwarmPicture> _pictures = [];

    SwarmPictures(int sizeBytes) => SizeBytes = sizeBytes;

    public int SizeBytes { get; }

    /// <summary>Pictures of 1600 x 1200 pixels, filled up with comment segments to the size.</summary>
    public static SwarmPictures Paint(int sizeBytes)
    {
        var pictures = new SwarmPictures(sizeBytes);
        var studio = new SceneStudio();
        for (var n = 0; n < Different; n++)
        {
            var at = new DateTimeOffset(2026, 6, 14, n, 0, 0, TimeSpan.Zero);
            var view = new SceneView((ulong)(n % 4), (Biome)(n % 4), "SWARM", TimeZoneInfo.Utc);
            var quality = Quality;
            var jpeg = studio.Take(view, (ulong)n, 0, at, at, quality).Jpeg;
            while (jpeg.Length > sizeBytes - 4)
            {
                quality -= 6;
                jpeg = studio.Take(view, (ulong)n, 0, at, at, quality).Jpeg;
            }

            var bytes = FillUp(jpeg, sizeBytes);
            pictures._pictures.Add(new SwarmPicture(
                bytes, ScriptedPicture.DigestOf(bytes), Convert.ToHexStringLower(SHA256.HashData(bytes))));
        }

        return pictures;
    }

    /// <summary>Which picture a camera sends under this counter.</summary>
    public SwarmPicture Of(int camera, ulong counter) =>
        _pictures[(int)(((ulong)camera + counter) % (ulong)_pictures.Count)];

    /// <summary>The CRC-32 of every chunk of every picture.</summary>
    public Dictionary<SwarmPicture, uint[]> ChunkCrcs(int chunkBytes) => _pictures.ToDictionary(
        p => p,
        p => Enumerable.Range(0, Protocol.ChunkCount((uint)p.Bytes.Length, chunkBytes))
            .Select(i => Crc32.Compute(p.Bytes, i * chunkBytes, Math.Min(chunkBytes, SizeBytes - i * chunkBytes)))
            .ToArray());

    // Comment segments (ITU-T T.81, B.2.4.5) behind the start of the image.
    static byte[] FillUp(byte[] jpeg, int sizeBytes)
    {
        var filled = new byte[sizeBytes];
        jpeg.AsSpan(0, 2).CopyTo(filled);
        var at = 2;
        var left = sizeBytes - jpeg.Length;
        while (left > 0)
        {
            // A segment takes four bytes at least: none may be left over that is shorter.
            var segment = left <= CommentBytesMax ? left : Math.Min(CommentBytesMax, left - 4);
            filled[at] = 0xff;
            filled[at + 1] = 0xfe;
            filled[at + 2] = (byte)((segment - 2) >> 8);
            filled[at + 3] = (byte)(segment - 2);
            at += segment;
            left -= segment;
        }

        jpeg.AsSpan(2).CopyTo(filled.AsSpan(at));
        return filled;
    }
}
