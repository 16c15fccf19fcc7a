namespace WildCam.Hub.Hosting;

/// <summary>
/// The ground of maps; section WildCam:Map. Without tiles it is the bundled outline of the continents.
/// </summary>
public sealed class MapOptions
{
    public const string Section = "WildCam:Map";

    /// <summary>Address of tiles, such as https://tiles.example.org/{z}/{x}/{y}.png; empty: none.</summary>
    public string TileUrl { get; set; } = "";

    /// <summary>Whose tiles they are, shown on the map.</summary>
    public string TileAttribution { get; set; } = "";

    /// <summary>Where tiles come from, for the content security policy; null: there are none.</summary>
    public string? TileOrigin => Uri.TryCreate(
        TileUrl.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal), UriKind.Absolute,
        out var uri) && uri.Scheme is "https" or "http"
            ? uri.GetLeftPart(UriPartial.Authority)
            : null;
}
