using System.Globalization;
using WildCam.Storage;
using WildCam.Storage.Desk;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Desk;

/// <summary>Reads the form of a rule: the rule, or the sentence that says what does not fit.</summary>
static class SpeciesAlertForms
{
    /// <summary>What the form has before anything is typed.</summary>
    public const int CooldownDefault = 60;

    public const int LateDaysDefault = 2;

    public static (SpeciesAlertRule? Rule, string? Problem) Read(
        IFormCollection form, ProjectDirectory names, double scoreMin)
    {
        var (what, place) = (form["what"].ToString(), form["site"].ToString());
        var taxon = names.Species.Values.FirstOrDefault(s => s.Slug == what);
        Category? category = taxon is not null ? Category.Animal : what switch
        {
            "any-animal" => Category.Animal,
            "any-person" => Category.Person,
            "any-vehicle" => Category.Vehicle,
            _ => null,
        };
        var site = names.Sites.Values.FirstOrDefault(s => s.Slug == place);
        var (from, until) = (form["from"].ToString(), form["until"].ToString());
        var (fromMinute, untilMinute) = (AlertForms.Minute(from), AlertForms.Minute(until));
        var hasHours = from.Length > 0 || until.Length > 0;
        var name = form["name"].ToString().Trim();
        var isRare = form["rare"].ToString().Length > 0;
        var rareDays = 0;
        var problem = name.Length > SpeciesAlertRule.NameCharsMax || name.Any(char.IsControl)
                ? $"A rule's name has at most {SpeciesAlertRule.NameCharsMax} characters."
            : category is null ? "Choose what the rule is about."
            : place.Length > 0 && site is null ? "Choose a site of the project."
            : hasHours && (fromMinute is null || untilMinute is null || fromMinute == untilMinute)
                ? "Hours have a beginning and an end, such as 20:00 and 05:00; leave both empty for any hour."
            : isRare && !AlertForms.Number(form["rare"], 1, SpeciesAlertRule.RareDaysMax, out rareDays)
                ? $"Rare is what was not seen for 1 to {SpeciesAlertRule.RareDaysMax} days; leave it empty for always."
            : null;
        if (problem is not null)
        {
            return (null, problem);
        }

        if (!AlertForms.Number(form["group"], 1, SpeciesAlertRule.GroupMax, out var group)
            || !AlertForms.Number(form["cooldown"], 0, SpeciesAlertRule.CooldownMinutesMax, out var cooldown)
            || !AlertForms.Number(form["late"], 1, SpeciesAlertRule.LateDaysMax, out var late)
            || !AlertForms.Number(form["score"], 0, 100, out var score))
        {
            return (null, "Group, pause, age and score are whole numbers within their limits.");
        }

        var about = taxon is null ? SpeciesAlertWords.Any(category!.Value) : taxon.Name ?? taxon.ScientificName;
        return (new SpeciesAlertRule(
            name.Length > 0 ? name : site is null ? about : Cut($"{about} at {site.Name}"), category!.Value, taxon?.Id,
            site?.Id, hasHours ? fromMinute : null, hasHours ? untilMinute : null, group, isRare ? rareDays : null,
            Math.Max(score / 100.0, scoreMin), cooldown, late), null);
    }

    public static string Percent(double score) => Math.Round(score * 100).ToString(CultureInfo.InvariantCulture);

    static string Cut(string name) =>
        name.Length <= SpeciesAlertRule.NameCharsMax ? name : name[..SpeciesAlertRule.NameCharsMax];
}
