using System.Globalization;
using System.Text.Json;
using WildCam.Storage;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Watch;

/// <summary>What a species alert says, to people and to programs. It names a site, never coordinates.</summary>
static class SpeciesTexts
{
    public static (string Subject, string Body, string Payload) Of(SpeciesMatch match, string root, DateTimeOffset now)
    {
        var what = match.CommonName ?? match.ScientificName ?? match.Category switch
        {
            Category.Person => "Person",
            Category.Vehicle => "Vehicle",
            _ => "Animal",
        };
        var many = match.Count > 1 ? $"{match.Count} \u00d7 {what}" : what;
        var where = match.SiteName ?? "no site";
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(match.SiteZone ?? match.ProjectZone, out var known)
            ? known
            : TimeZoneInfo.Utc;
        var when = TimeZoneInfo.ConvertTime(match.SeenAt, zone)
            .ToString("d MMM yyyy HH:mm", CultureInfo.InvariantCulture);
        var by = match.Source switch
        {
            (short)IdentificationSource.Person => "said by a person",
            (short)IdentificationSource.Simulator => "said by the simulator",
            _ => string.Create(CultureInfo.InvariantCulture, $"suggested, score {match.Confidence:0%}"),
        };
        var url = $"{root}/p/{match.ProjectSlug}/pictures/{match.CaptureId}";
        var text = $"{many} at {where}, {when} ({by}). Rule: {match.RuleName}.";
        return ($"[{match.ProjectName}] {many} at {where}", $"{text}\n{url}", JsonSerializer.Serialize(new
        {
            type = "species.seen",
            timestamp = now,
            data = new
            {
                project = match.ProjectSlug,
                rule = match.RuleName,
                @event = match.EventId,
                capture = match.CaptureId,
                category = match.Category.ToString().ToLowerInvariant(),
                species = match.CommonName,
                scientificName = match.ScientificName,
                count = match.Count,
                score = match.Source == (short)IdentificationSource.Model ? match.Confidence : null,
                site = match.SiteName,
                seenAt = match.SeenAt,
                text,
                url,
            },
        }));
    }
}
