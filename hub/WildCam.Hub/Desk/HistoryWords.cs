using WildCam.Storage;
using WildCam.Storage.Desk;
using WildCam.Storage.Identifications;

namespace WildCam.Hub.Desk;

/// <summary>The words of a picture's history.</summary>
static class HistoryWords
{
    public static string Entry(HistoryEntry entry, IReadOnlyList<HistoryEntry> all, ProjectDirectory names)
    {
        if (entry.Undoes is { } undone)
        {
            var said = all.FirstOrDefault(e => e.Id == undone);
            return $"{entry.Account} took back {(said is null ? "a decision" : Findings(said, names))}";
        }

        var of = entry.IsOfMany ? ", one of many events" : entry.IsOfEvent ? ", the whole event" : ", this picture";
        var from = entry.Model is null ? "" : $", as {entry.Model} suggested";
        var by = entry.Source is IdentificationSource.Simulator ? "Simulator says" : entry.Account;
        return $"{by}: {Findings(entry, names)}{of}{from}{(entry.IsUndone ? " (taken back)" : "")}";
    }

    static string Findings(HistoryEntry entry, ProjectDirectory names) => string.Join(", ", entry.Findings.Select(f =>
        (f.Count > 1 ? $"{f.Count} \u00d7 " : "") + Shown.NameOf(f.TaxonId, f.Category, names)));
}
