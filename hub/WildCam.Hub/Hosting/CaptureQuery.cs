using System.Collections.Frozen;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using WildCam.Storage;
using WildCam.Storage.Captures;

namespace WildCam.Hub.Hosting;

/// <summary>The filters and the place of a list, as the address writes them.</summary>
public sealed record CaptureQuery(
    [FromQuery] string? Category, [FromQuery] string? Species, [FromQuery] string? Camera, [FromQuery] string? Site,
    [FromQuery] DateTimeOffset? From, [FromQuery] DateTimeOffset? To, [FromQuery] double? MinConfidence,
    [FromQuery] int? Limit, [FromQuery] string? Cursor)
{
    public const int LimitDefault = 100;

    const int NameCharsMax = 100;

    public int Most => Limit ?? LimitDefault;

    /// <summary>What the cursor is bound to: the list and its filter.</summary>
    public string ListName(string list, int projectId) => string.Create(CultureInfo.InvariantCulture,
        $"{list} {projectId} {Category} {Species} {Camera} {Site} {From:O} {To:O} {MinConfidence}");

    /// <summary>The filter for storage, or why there is none.</summary>
    public (CaptureFilter? Filter, ProblemHttpResult? Problem) Resolve(int projectId)
    {
        Category? category = null;
        if (Category is not null)
        {
            if (ParseCategory(Category) is not { } known)
            {
                return (null, Problems.Invalid(
                    "category", "A category is animal, person, vehicle, blank or movement."));
            }

            category = known;
        }

        return Problem() is { } problem
            ? (null, problem)
            : (new CaptureFilter(projectId)
            {
                Category = category,
                Species = Species,
                Camera = Camera?.ToLowerInvariant(),
                Site = Site,
                From = From,
                To = To,
                ConfidenceMin = MinConfidence,
            }, null);
    }

    public static Category? ParseCategory(string? word) =>
        word is not null && word.All(char.IsAsciiLetter)
        && Enum.TryParse<Category>(word, ignoreCase: true, out var category)
            ? category
            : null;

    public static string Word<T>(T value)
        where T : struct, Enum =>
        Words<T>.All.TryGetValue(value, out var word) ? word : value.ToString().ToLowerInvariant();

    ProblemHttpResult? Problem() =>
        Limit is < 1 or > CaptureSearch.PageMax
            ? Problems.Invalid("limit", $"A limit is between 1 and {CaptureSearch.PageMax} (PageMax).")
            : MinConfidence is < 0 or > 1 or double.NaN
            ? Problems.Invalid("minConfidence", "A confidence is between 0 and 1.")
            : !IsName(Species) ? Problems.Invalid("species", "A species is named by its slug.")
            : !IsName(Camera) ? Problems.Invalid("camera", "A camera is named by its code.")
            : !IsName(Site) ? Problems.Invalid("site", "A site is named by its slug.")
            : null;

    // What cannot be a name cannot be found either, but says so; NUL would be refused by the database.
    static bool IsName(string? name) =>
        name is null
        || (name.Length is > 0 and <= NameCharsMax && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));

    static class Words<T>
        where T : struct, Enum
    {
        public static FrozenDictionary<T, string> All { get; } =
            Enum.GetValues<T>().Distinct().ToFrozenDictionary(v => v, v => v.ToString().ToLowerInvariant());
    }
}
