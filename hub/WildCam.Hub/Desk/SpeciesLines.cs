using WildCam.Hub.Hosting.Register;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk;

/// <summary>A pasted list of species: one a line, "Scientific name" or "Scientific name, Common name".</summary>
static class SpeciesLines
{
    public const int LinesMax = 2000;
    const int NameCharsMax = 100;

    public static IReadOnlyList<NewSpecies> Read(string text)
    {
        var species = new List<NewSpecies>();
        foreach (var line in text.Split('\n', LinesMax + 1).Take(LinesMax))
        {
            var parts = line.Split([',', ';', '\t'], 2, StringSplitOptions.TrimEntries);
            var scientific = parts[0];
            var slug = CameraInput.Slug(scientific);
            if (slug.Length > 0 && scientific.Length <= NameCharsMax
                && scientific.Contains(' ', StringComparison.Ordinal))
            {
                var common = parts.Length > 1 && parts[1].Length is > 0 and <= NameCharsMax ? parts[1] : null;
                species.Add(new NewSpecies(slug, scientific, common));
            }
        }

        return species.DistinctBy(s => s.Slug).ToList();
    }
}
