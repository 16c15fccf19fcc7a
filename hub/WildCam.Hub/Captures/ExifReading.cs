using System.Text;
using System.Text.Json;
using MetadataExtractor;
using MetadataExtractor.Formats.Exif;
using MetadataExtractor.Formats.Jpeg;
using MetadataDirectory = MetadataExtractor.Directory;

namespace WildCam.Hub.Captures;

/// <summary>
/// What a picture's EXIF says, as one flat JSON object of tag names and texts, and "gps" with numbers where they are a
/// place on Earth. Files come from anywhere, so everything is bounded and nothing is believed: no MakerNote, no
/// thumbnails, no unknown tags, no control characters. Pages escape the texts like any other.
/// </summary>
static class ExifReading
{
    /// <summary>EXIF lies at the head of a file; what comes later is not read.</summary>
    public const int HeadBytesMax = 1 << 20;

    public const int TagsMax = 100;

    public const int TextCharsMax = 200;

    public const int NameCharsMax = 64;

    /// <summary>The JSON, or null where the file has no EXIF that can be read.</summary>
    public static string? Read(Stream head)
    {
        IReadOnlyList<MetadataDirectory> directories;
        try
        {
            directories = JpegMetadataReader.ReadMetadata(head, [new ExifReader()]);
        }
        catch (Exception fault) when (fault is ImageProcessingException or IOException or ArgumentException
            or InvalidOperationException or IndexOutOfRangeException or OverflowException or FormatException)
        {
            // The picture is what counts: an unreadable head is one without EXIF.
            return null;
        }

        var kept = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var directory in directories.Where(d => d is ExifIfd0Directory or ExifSubIfdDirectory))
        {
            foreach (var tag in directory.Tags)
            {
                if (kept.Count >= TagsMax)
                {
                    break;
                }

                Keep(kept, tag);
            }
        }

        if (directories.OfType<GpsDirectory>().FirstOrDefault() is { } gps && Place(gps) is { } place)
        {
            kept["gps"] = place;
        }

        return kept.Count == 0 ? null : JsonSerializer.Serialize(kept);
    }

    static void Keep(SortedDictionary<string, object> kept, Tag tag)
    {
        if (!tag.HasName || tag.Type == ExifDirectoryBase.TagMakernote || tag.Name.Length > NameCharsMax)
        {
            return;
        }

        string? text;
        try
        {
            text = tag.Description;
        }
        catch (Exception fault) when (fault is MetadataException or ArgumentException or ArithmeticException
            or InvalidCastException or IndexOutOfRangeException or FormatException)
        {
            return;
        }

        if (Clean(text) is { Length: > 0 } clean)
        {
            kept[tag.Name] = clean;
        }
    }

    /// <summary>At most TextCharsMax characters, none of them control, NUL, replacement or half a surrogate.</summary>
    internal static string Clean(string? text)
    {
        var clean = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > TextCharsMax)
            {
                break;
            }

            if (rune != Rune.ReplacementChar && !Rune.IsControl(rune))
            {
                clean.Append(rune);
            }
        }

        return clean.ToString().Trim();
    }

    static Dictionary<string, double>? Place(GpsDirectory gps)
    {
        GeoLocation? location;
        try
        {
            location = gps.GetGeoLocation();
        }
        catch (Exception fault) when (fault is MetadataException or ArithmeticException or InvalidCastException)
        {
            return null;
        }

        // Receivers without a fix write 0, 0.
        return location is { } l && double.IsFinite(l.Latitude) && double.IsFinite(l.Longitude)
            && Math.Abs(l.Latitude) <= 90 && Math.Abs(l.Longitude) <= 180 && (l.Latitude, l.Longitude) != (0, 0)
            ? new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["latitude"] = Math.Round(l.Latitude, 6),
                ["longitude"] = Math.Round(l.Longitude, 6),
            }
            : null;
    }
}
