using WildCam.Hub.Hosting.Register;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk;

/// <summary>A place as it was typed.</summary>
public sealed record PlaceForm(string Name, string Latitude, string Longitude, string Zone)
{
    public static PlaceForm Read(IFormCollection form, string name) => new(
        form[name].ToString().Trim(), form["latitude"].ToString().Trim(), form["longitude"].ToString().Trim(),
        form["zone"].ToString().Trim());

    /// <summary>The new site that it is, or what is wrong with it.</summary>
    public (NewSite? Site, string? Problem) ToSite(DeskProject project)
    {
        var slug = CameraInput.Slug(Name);
        var zone = Zone.Length == 0 ? project.ZoneName : Zone;
        var problem = slug.Length == 0 || !CameraRegistration.IsName(Name)
            ? "The site's name needs a letter or a digit, and at most 100 characters."
            : Degrees(out var latitude, out var longitude)
            ?? (SiteRegistration.IsZone(zone)
                ? null
                : $"The time zone {zone} is not known. Write it as in America/Denver.");
        if (problem is not null)
        {
            return (null, problem);
        }

        _ = Degrees(out latitude, out longitude);
        return (new NewSite(slug, Name, latitude, longitude, zone), null);
    }

    /// <summary>The coordinates; what is wrong with them, or null.</summary>
    public string? Degrees(out double? latitude, out double? longitude)
    {
        longitude = null;
        return !CameraInput.TryDegrees(Latitude, 90, out latitude)
            ? "The latitude is a number from -90 to 90, such as 45.12340."
            : !CameraInput.TryDegrees(Longitude, 180, out longitude)
                ? "The longitude is a number from -180 to 180, such as -120.56780."
            : latitude is null != longitude is null ? "Tell both coordinates, or none."
            : null;
    }
}

/// <summary>What was typed into the form of a new camera.</summary>
public sealed record NewCameraForm(
    string Code, string Name, string Site, PlaceForm Place, string From, string Board, string Tags, string Policy,
    string Notes)
{
    public static NewCameraForm Empty(string zone) =>
        new("", "", "", new PlaceForm("", "", "", zone), "", "", "", "", "");

    public static NewCameraForm Read(IFormCollection form) => new(
        form["code"].ToString().Trim().ToLowerInvariant(), form["name"].ToString().Trim(), form["site"].ToString(),
        PlaceForm.Read(form, "site-name"), form["from"].ToString().Trim(), form["board"].ToString(),
        form["tags"].ToString(), form["policy"].ToString(), form["notes"].ToString().Trim());

    /// <summary>The camera that it is, or what is wrong with the form.</summary>
    public (NewCamera? Camera, string? Problem) ToCamera(
        DeskProject project, ProjectDirectory names, Actor actor, DateTimeOffset now)
    {
        NewSite? site = null;
        if (Place.Name.Length > 0)
        {
            (site, var wrong) = Place.ToSite(project);
            if (site is null)
            {
                return (null, wrong);
            }
        }

        var zone = SiteTime.Zone(
            site?.TimeZone ?? names.Sites.Values.FirstOrDefault(s => s.Slug == Site)?.ZoneName ?? project.ZoneName);
        DateTimeOffset? from = null;
        if (From.Length > 0)
        {
            if (!CameraInput.TryTime(From, zone, out var at))
            {
                return (null, RegisterPageWords.NoTime);
            }

            from = at;
        }

        return (new NewCamera(project.Slug, Code, Name)
        {
            SiteSlug = site is null && Site.Length > 0 ? Site : null,
            NewSite = site,
            DeployedFrom = from ?? now,
            Board = Hosting.BoardNames.TryParse(Board, out var board) ? board : (short)0,
            Tags = CameraInput.Tags(Tags),
            Notes = Notes,
            Wanted = CameraInput.Policy(Policy, now),
            Actor = actor,
        }, null);
    }
}
