namespace WildCam.Hub.Desk.Charts;

/// <summary>When the sun rises and sets, to some minutes: enough to shade the night of a chart.</summary>
static class SunTimes
{
    /// <summary>Altitude of the sun's middle at rise and set, with refraction, in degrees.</summary>
    const double RiseAltitude = -0.833;

    /// <summary>
    /// Hours of the site's clock. Null where the sun does not rise or set that day. From the solar equations of the
    /// NOAA
    /// calculator (after Meeus, Astronomical Algorithms).
    /// </summary>
    public static (double Rise, double Set)? At(double latitude, double longitude, DateOnly date, TimeZoneInfo zone)
    {
        var noon = new DateTimeOffset(date.ToDateTime(new TimeOnly(12, 0)), TimeSpan.Zero);
        var angle = 2 * Math.PI / 365.25 * (date.DayOfYear - 1 + 0.5 - longitude / 360);
        var equationMinutes = 229.18 * (0.000075 + 0.001868 * Math.Cos(angle) - 0.032077 * Math.Sin(angle)
            - 0.014615 * Math.Cos(2 * angle) - 0.040849 * Math.Sin(2 * angle));
        var declination = 0.006918 - 0.399912 * Math.Cos(angle) + 0.070257 * Math.Sin(angle)
            - 0.006758 * Math.Cos(2 * angle) + 0.000907 * Math.Sin(2 * angle)
            - 0.002697 * Math.Cos(3 * angle) + 0.00148 * Math.Sin(3 * angle);
        var phi = latitude * Math.PI / 180;
        var cos = (Math.Sin(RiseAltitude * Math.PI / 180) - Math.Sin(phi) * Math.Sin(declination))
            / (Math.Cos(phi) * Math.Cos(declination));
        if (cos is <= -1 or >= 1)
        {
            return null;
        }

        var half = Math.Acos(cos) * 12 / Math.PI;
        var middle = 12 - longitude / 15 - equationMinutes / 60 + zone.GetUtcOffset(noon).TotalHours;
        return (Wrap(middle - half), Wrap(middle + half));
    }

    static double Wrap(double hours) => (hours % 24 + 24) % 24;
}
