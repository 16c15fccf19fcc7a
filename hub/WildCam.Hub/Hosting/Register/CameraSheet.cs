using WildCam.Storage.Cameras;

namespace WildCam.Hub.Hosting.Register;

/// <summary>What is wrong with a cell: where, and what helps.</summary>
/// <param name="Row">As a spreadsheet counts, the heads being 1; empty ones left out. 0: of the file.</param>
public sealed record SheetFault(int Row, string Column, string Why);

/// <summary>A row of a sheet of cameras.</summary>
/// <param name="Site">The site as it was written.</param>
/// <param name="IsNewSite">Whether the sheet adds it.</param>
public sealed record SheetRow(
    int Number, NewCamera Camera, string Site, bool IsNewSite, string Policy, IReadOnlyList<SheetFault> Faults);

/// <summary>A file of cameras as it was read; it can be taken where nothing in it is wrong.</summary>
public sealed record CameraSheet(IReadOnlyList<SheetRow> Rows, IReadOnlyList<SheetFault> FileFaults)
{
    /// <summary>Most characters of a sheet.</summary>
    public const int CharsMax = 1_000_000;

    /// <summary>Faults that are told; the rest is counted.</summary>
    public const int FaultsShownMax = 200;

    public static IReadOnlyList<string> Columns { get; } =
    [
        "code", "name", "site", "latitude", "longitude", "time_zone", "from", "board", "tags", "policy", "notes",
    ];

    /// <summary>A sheet to begin with.</summary>
    public static string Example { get; } =
        Csv.Line(Columns)
        + Csv.Line(
            "c-101", "By the ford", "Creek North", "45.12340", "-120.56780", "America/Denver", "2026-05-01 14:30",
            "esp32-s3-ov2640", "ridge solar", "balanced", "Strap on the second pine")
        + Csv.Line("c-102", "Spare", "", "", "", "", "", "", "", "", "");

    public IReadOnlyList<SheetFault> Faults => [.. FileFaults, .. Rows.SelectMany(r => r.Faults)];

    public bool IsGood => Rows.Count > 0 && FileFaults.Count == 0 && Rows.All(r => r.Faults.Count == 0);

    public int NewSites => Rows.Where(r => r.IsNewSite).Select(r => r.Camera.NewSite?.Slug ?? r.Camera.SiteSlug)
        .Distinct(StringComparer.Ordinal).Count();
}
