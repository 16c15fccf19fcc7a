using WildCam.Wire;

namespace WildCam.Worlds;

/// <summary>A picture on a simulated camera's card.</summary>
/// <param name="Digest">Of the wire, in lower-case hex.</param>
sealed record SpooledPicture(string DeviceCaptureId, string Digest);

/// <summary>Reads what lies on simulated cameras' cards, by the footers of the files.</summary>
static class SpooledPictures
{
    /// <summary>All pictures below this folder that are whole; of torn files the camera itself gives up.</summary>
    public static IReadOnlyList<SpooledPicture> Read(string folder)
    {
        var pictures = new List<SpooledPicture>();
        foreach (var file in Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            : [])
        {
            var bytes = File.ReadAllBytes(file);
            var at = bytes.Length - SpoolFooter.Bytes;
            if (at > 0 && SpoolFooter.TryRead(bytes, at, SpoolFooter.Bytes, out var footer))
            {
                pictures.Add(new SpooledPicture(
                    Convert.ToHexStringLower(
                        [.. BitConverter.GetBytes(footer.SpoolId), .. BitConverter.GetBytes(footer.Counter)]),
                    Convert.ToHexStringLower(footer.Digest)));
            }
        }

        return pictures;
    }
}
