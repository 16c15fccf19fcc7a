using WildCam.Storage;
using WildCam.Storage.Desk;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Desk;

/// <summary>The words of species alerts.</summary>
static class SpeciesAlertWords
{
    public const string TestSubject = "WildCam: a test";

    public const string TooMany = "There are as many rules as there may be. Remove one first.";

    public const string TooManyChannels = "You have as many channels here as there may be. Remove one first.";

    public const string NoSubscription = "This is no subscription of a browser.";

    public static string TestBody(string project) => $"Alerts of {project} reach you here.";

    public static string Any(Category category) => category switch
    {
        Category.Person => "Any person",
        Category.Vehicle => "Any vehicle",
        _ => "Any animal",
    };

    /// <summary>"Lynx at Ridge 2, 20:00-05:00, from 2 together, not seen there for 30 days".</summary>
    public static string Says(SpeciesAlertRule rule, ProjectDirectory names)
    {
        var what = rule.TaxonId is { } taxon
            ? names.Species.GetValueOrDefault(taxon) is { } found ? found.Name ?? found.ScientificName : "A species"
            : Any(rule.Category);
        var where = rule.SiteId is { } site ? $" at {names.Sites.GetValueOrDefault(site)?.Name ?? "a site"}" : "";
        var hours = rule.FromMinute is null ? ""
            : $", {WatchWords.QuietTime(rule.FromMinute)}\u2013{WatchWords.QuietTime(rule.UntilMinute)} site time";
        var together = rule.GroupMin > 1 ? $", {rule.GroupMin} or more together" : "";
        var rare = rule.RareDays is { } days
            ? days == 1 ? ", not seen there for 1 day" : $", not seen there for {days} days"
            : "";
        return what + where + hours + together + rare;
    }

    /// <summary>From which score, how long it is quiet after a message, how old an event may be.</summary>
    public static string Limits(SpeciesAlertRule rule) =>
        $"Confirmed by a person, or a score from {Texts.Percent(rule.ScoreMin)}. "
        + (rule.CooldownMinutes > 0
            ? $"After a message quiet about that place for {rule.CooldownMinutes}\u00a0min. "
            : "")
        + (rule.LateDays == 1 ? "Events of the last day." : $"Events of the last {rule.LateDays} days.");

    public static string Found(SpeciesAlertRow alert, ProjectDirectory names)
    {
        var what = alert.TaxonId is { } taxon && names.Species.GetValueOrDefault(taxon) is { } species
            ? species.Name ?? species.ScientificName
            : alert.Category.ToString();
        return alert.Count > 1 ? $"{alert.Count} \u00d7 {what}" : what;
    }

    public static string Told(SpeciesAlertRow alert) =>
        (alert.IsTold ? "Told" : "Not told: muted, or soon after the one before")
        + (alert.StillFound ? "" : ". Corrected since");

    /// <summary>What a form that was posted did.</summary>
    public static string? Done(string? what) => what switch
    {
        "added" => "The rule is added.",
        "on" => "The rule is on.",
        "off" => "The rule is off. Nothing is looked for under it.",
        "removed" => "The rule and what it found are removed.",
        "muted" => "Muted for 7 days: what is found stays on this page, and no message is sent.",
        "unmuted" => "No longer muted.",
        "followed" => "You are told of this rule on your own channels.",
        "left" => "You are not told of this rule any more.",
        "mail" => "Mails go to the address of your account.",
        "channel-removed" => "Nothing is sent there any more.",
        "test" => "A test is on its way.",
        _ => null,
    };
}
