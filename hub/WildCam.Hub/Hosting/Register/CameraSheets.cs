using System.Globalization;
using WildCam.Hub.Hosting.Orders;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.Hub.Hosting.Register;

/// <summary>The project that a sheet adds cameras to.</summary>
sealed record SheetProject(int Id, string Slug, string ZoneName);

/// <summary>
/// Reads sheets of cameras and says of each cell what is wrong with it; stores them all or none. Pages, API and command
/// line alike come through here.
/// </summary>
sealed class CameraSheets(
    SitesTable sites, RegisterTable register, CameraRegistration registration, TimeProvider time)
{
    const double LatitudeMax = 90;
    const double LongitudeMax = 180;

    /// <summary>Coordinates that differ by less name the same place: pages show five decimals.</summary>
    const double DegreesSame = 0.00001;

    /// <summary>Reads a sheet, changing nothing.</summary>
    public async Task<CameraSheet> ReadAsync(
        SheetProject project, string text, Actor actor, CancellationToken cancellationToken)
    {
        if (text.Length > CameraSheet.CharsMax)
        {
            return File($"It has over {CameraSheet.CharsMax} characters (CharsMax). Divide it.");
        }

        List<string[]> lines;
        try
        {
            lines = [.. Csv.Read(text).Take(CameraRegistration.ManyMax + 2)];
        }
        catch (FormatException fault)
        {
            return File(fault.Message);
        }

        if (lines.Count == 0 || !Heads(lines[0]).Contains("code", StringComparer.Ordinal))
        {
            return File(
                $"The first row names the columns, and one of them is code. The others: "
                + $"{string.Join(", ", CameraSheet.Columns.Skip(1))}.");
        }

        if (lines.Count > CameraRegistration.ManyMax + 1)
        {
            return File($"It has over {CameraRegistration.ManyMax} cameras (ManyMax). Divide it.");
        }

        if (lines.Count == 1)
        {
            return File("It has no camera: each row below the first one is one.");
        }

        var heads = Heads(lines[0]);
        var fileFaults = heads
            .Where(h => !CameraSheet.Columns.Contains(h, StringComparer.Ordinal))
            .Select(h => new SheetFault(
                1, h.Length == 0 ? "(no name)" : Short(h),
                $"is no column of a sheet. Those are: {string.Join(", ", CameraSheet.Columns)}."))
            .Concat(heads.GroupBy(h => h, StringComparer.Ordinal).Where(g => g.Count() > 1)
                .Select(g => new SheetFault(1, Short(g.Key), "stands there twice. Leave one.")))
            .ToList();
        var known = await sites.ListForAsync(project.Id, Role.Manager, cancellationToken);
        var codes = lines.Skip(1).Select(l => Cell(heads, l, "code").ToLowerInvariant())
            .Where(c => c.Length is > 0 and <= 32 && !c.Contains('\0', StringComparison.Ordinal)).ToList();
        var taken = await register.ListTakenAsync(codes, cancellationToken);
        var reading = new Reading(project, known, taken, actor, time.GetUtcNow());
        return new CameraSheet(
            [.. lines.Skip(1).Select((line, i) => reading.Read(i + 2, heads, line))], fileFaults);
    }

    /// <summary>Adds all cameras of a sheet that is good; what the database says against one is a fault of its row.
    /// </summary>
    public async Task<(IReadOnlyList<CameraAdded> Added, SheetFault? Fault)> AddAsync(
        CameraSheet sheet, CancellationToken cancellationToken)
    {
        if (!sheet.IsGood)
        {
            throw new ArgumentException("A sheet with faults is not stored.", nameof(sheet));
        }

        var (added, refusedAt) = await registration.AddManyAsync(
            [.. sheet.Rows.Select(r => r.Camera)], cancellationToken);
        return refusedAt is { } at
            ? ([], new SheetFault(
                sheet.Rows[at].Number, "code", RegisterWords.Refused(added[at].Refusal, added[at].Code)))
            : (added, null);
    }

    static string[] Heads(string[] cells) =>
        [.. cells.Select(c => c.Trim().ToLowerInvariant().Replace(' ', '_').Replace('-', '_'))];

    static string Cell(string[] heads, string[] line, string column)
    {
        var at = Array.IndexOf(heads, column);
        var text = at >= 0 && at < line.Length ? line[at].Trim() : "";
        // An apostrophe that stands before a formula was put there by an export.
        return text is ['\'', '=' or '+' or '-' or '@', ..] ? text[1..] : text;
    }

    static CameraSheet File(string why) => new([], [new SheetFault(0, "", why)]);

    static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";

    /// <summary>One reading of one sheet: knows the sites and codes that stand above a row.</summary>
    sealed class Reading(
        SheetProject project, IReadOnlyList<Site> known, IReadOnlySet<string> taken, Actor actor, DateTimeOffset now)
    {
        readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
        readonly Dictionary<string, (NewSite Site, int Row)> _newSites = new(StringComparer.Ordinal);

        public SheetRow Read(int number, string[] heads, string[] line)
        {
            var faults = new List<SheetFault>();
            string Of(string column) => Cell(heads, line, column);
            void Fault(string column, string why) => faults.Add(new SheetFault(number, column, why));

            if (line.Length > heads.Length)
            {
                Fault("", $"has {line.Length} cells and the first row {heads.Length}. Put text with commas in quotes.");
            }

            var code = Of("code").ToLowerInvariant();
            var name = Of("name").Length == 0 ? code : Of("name");
            var (siteSlug, newSite, zone) = Site(number, Of, Fault);
            var from = From(Of("from"), siteSlug is not null || newSite is not null, zone, Fault);
            byte board = 0;
            if (Of("board").Length > 0 && !BoardNames.TryParse(Of("board").ToLowerInvariant(), out board))
            {
                Fault("board", $"'{Short(Of("board"))}' is none of {string.Join(", ", BoardNames.All)}.");
            }

            var policy = Of("policy").ToLowerInvariant();
            if (policy.Length > 0 && Presets.Find(policy) is null)
            {
                Fault("policy", $"'{Short(policy)}' is none of {string.Join(", ", Presets.All.Select(p => p.Word))}.");
            }

            var camera = new NewCamera(project.Slug, code, name)
            {
                SiteSlug = newSite is null ? siteSlug : null,
                NewSite = newSite,
                DeployedFrom = from,
                Board = board,
                Tags = CameraInput.Tags(Of("tags")),
                Notes = Of("notes"),
                Wanted = CameraInput.Policy(policy, now),
                Actor = actor,
            };
            if (code.Length == 0)
            {
                Fault("code", "is empty. Each camera has one; it stands on its label.");
            }
            else if (_codes.TryGetValue(code, out var above))
            {
                Fault("code", $"{Short(code.ToUpperInvariant())} stands in row {above} already.");
            }
            else if (taken.Contains(code))
            {
                Fault("code", RegisterWords.Refused(CameraRefusal.CodeTaken, code));
            }
            else
            {
                _codes.Add(code, number);
                CheckWords(camera, Fault);
            }

            return new SheetRow(number, camera, Of("site"), newSite is not null, policy, faults);
        }

        // What the registration itself would say, by the column that it is about.
        static void CheckWords(NewCamera camera, Action<string, string> fault)
        {
            if (!CameraRegistration.IsCode(camera.Code))
            {
                fault("code", RegisterWords.Refused(CameraRefusal.BadCode, Short(camera.Code)));
            }

            if (!CameraRegistration.IsName(camera.Name))
            {
                fault("name", RegisterWords.Refused(CameraRefusal.BadName, camera.Code));
            }

            if (!CameraRegistration.IsNotes(camera.Notes))
            {
                fault("notes", RegisterWords.Refused(CameraRefusal.BadNotes, camera.Code));
            }

            if (!CameraTagsTable.AreTags(camera.Tags))
            {
                fault("tags", RegisterWords.Refused(CameraRefusal.BadTags, camera.Code));
            }
        }

        DateTimeOffset? From(string text, bool hasSite, TimeZoneInfo zone, Action<string, string> fault)
        {
            if (text.Length == 0)
            {
                return null;
            }

            if (!CameraInput.TryTime(text, zone, out var from))
            {
                fault("from", $"'{Short(text)}' is no time by the site's clock. Write 2026-05-01 or 2026-05-01 14:30.");
            }
            else if (from > now + CameraRegistration.AheadMax)
            {
                fault("from", $"'{Short(text)}' is to come. Leave it empty, and move the camera once it stands there.");
            }
            else if (!hasSite)
            {
                fault("from", "tells since when it stands at a site, and none is named. Name one, or leave it empty.");
            }
            else
            {
                return from;
            }

            return null;
        }

        (string? Slug, NewSite? New, TimeZoneInfo Zone) Site(
            int number, Func<string, string> of, Action<string, string> fault)
        {
            var projectZone = Zone(project.ZoneName);
            var name = of("site");
            var isPlace = CameraInput.TryDegrees(of("latitude"), LatitudeMax, out var latitude);
            if (!isPlace)
            {
                fault("latitude", $"'{Short(of("latitude"))}' is no number from -90 to 90, such as 45.12340.");
            }

            if (!CameraInput.TryDegrees(of("longitude"), LongitudeMax, out var longitude))
            {
                fault("longitude", $"'{Short(of("longitude"))}' is no number from -180 to 180, such as -120.56780.");
                isPlace = false;
            }

            if (isPlace && latitude is null != longitude is null)
            {
                fault(latitude is null ? "latitude" : "longitude", "is empty. Tell both coordinates, or none.");
                isPlace = false;
            }

            var zoneName = of("time_zone").Length == 0 ? project.ZoneName : of("time_zone");
            if (!SiteRegistration.IsZone(zoneName))
            {
                fault("time_zone", $"'{Short(zoneName)}' is not known. Write it as in America/Denver.");
                zoneName = project.ZoneName;
            }

            if (name.Length == 0)
            {
                if (latitude is not null)
                {
                    fault("site", "is empty beside coordinates. Name the site, or leave them empty.");
                }

                return (null, null, projectZone);
            }

            if (known.FirstOrDefault(s => Same(s.Name, name) || Same(s.Slug, name)) is { } there)
            {
                var differs = isPlace && latitude is { } lat && longitude is { } lon
                    && (Math.Abs(lat - (there.Latitude ?? 0)) > DegreesSame
                        || Math.Abs(lon - (there.Longitude ?? 0)) > DegreesSame);
                if (differs)
                {
                    fault(
                        "latitude", $"{there.Name} is somewhere else. Leave coordinates empty, or name a new site.");
                }

                return (there.Slug, null, Zone(there.TimeZone));
            }

            return NewSite(number, name, isPlace ? (latitude, longitude) : null, zoneName, fault);
        }

        // The first row that names a new site adds it; rows below it stand there too.
        (string? Slug, NewSite? New, TimeZoneInfo Zone) NewSite(
            int number, string name, (double? Latitude, double? Longitude)? place, string zoneName,
            Action<string, string> fault)
        {
            var slug = CameraInput.Slug(name);
            if (slug.Length == 0 || !CameraRegistration.IsName(name) || name.Length > SiteRegistration.NameCharsMax)
            {
                fault("site", $"'{Short(name)}' needs a letter or a digit, and at most "
                    + $"{SiteRegistration.NameCharsMax} characters.");
                return (null, null, Zone(zoneName));
            }

            if (_newSites.TryGetValue(slug, out var above))
            {
                if (place is { Latitude: { } lat, Longitude: { } lon }
                    && (Math.Abs(lat - above.Site.Latitude!.Value) > DegreesSame
                        || Math.Abs(lon - above.Site.Longitude!.Value) > DegreesSame))
                {
                    fault("latitude", $"{Short(name)} stands somewhere else in row {above.Row}.");
                }

                return (slug, null, Zone(above.Site.TimeZone));
            }

            if (place is null or { Latitude: null })
            {
                if (place is not null)
                {
                    fault("site", $"There is no site {Short(name)} yet. Add latitude and longitude to make it, or "
                        + "write it as the list of sites has it.");
                }

                return (null, null, Zone(zoneName));
            }

            if (known.Any(s => s.Slug == slug))
            {
                fault("site", $"'{Short(name)}' is too like {known.First(s => s.Slug == slug).Name}. Write that, or "
                    + "another name.");
                return (null, null, Zone(zoneName));
            }

            var site = new NewSite(slug, name, place.Value.Latitude, place.Value.Longitude, zoneName);
            _newSites.Add(slug, (site, number));
            return (slug, site, Zone(zoneName));
        }

        static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

        static TimeZoneInfo Zone(string name) =>
            TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;
    }
}
