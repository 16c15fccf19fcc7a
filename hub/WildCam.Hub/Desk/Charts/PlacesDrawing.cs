using System.Globalization;
using System.Text;

namespace WildCam.Hub.Desk.Charts;

/// <summary>Sites on plain ground, north up, with a scale bar: no map server is asked.</summary>
static class PlacesDrawing
{
    const int Height = 420;
    const int Margin = 60;
    const int RadiusMin = 5;
    const int RadiusMax = 26;
    const double KilometresPerDegree = 111.2;

    /// <summary>Smallest height of what is shown, in degrees: some 2 km.</summary>
    const double DegreesMin = 0.02;

    public static int Draw(StringBuilder svg, PlacesFigure figure)
    {
        var (south, north) = Range(figure.Places.Select(p => p.Latitude));
        var (west, east) = Range(figure.Places.Select(p => p.Longitude));
        var narrow = Math.Cos((south + north) / 2 * Math.PI / 180);
        var scale = Math.Min(
            (ChartDrawing.Width - 2 * Margin) / ((east - west) * narrow), (Height - 2 * Margin) / (north - south));
        double X(MapPlace p) => ChartDrawing.Width / 2.0 + (p.Longitude - (west + east) / 2) * narrow * scale;
        double Y(MapPlace p) => Height / 2.0 - (p.Latitude - (south + north) / 2) * scale;
        svg.Append($"<rect class=\"axis\" x=\"0.5\" y=\"0.5\" width=\"{ChartDrawing.Width - 1}\" "
            + $"height=\"{Height - 1}\"/>");
        var times = figure.Arrows.Select(a => a.Times).DefaultIfEmpty(1).Max();
        foreach (var (from, to, count, title) in figure.Arrows)
        {
            var (a, b) = (figure.Places[from], figure.Places[to]);
            // Bent to the right of its way, so that there and back are two lines.
            var (mx, my) = ((X(a) + X(b)) / 2 + (Y(b) - Y(a)) / 6, (Y(a) + Y(b)) / 2 - (X(b) - X(a)) / 6);
            svg.Append($"<path class=\"way\" stroke-width=\"{ChartDrawing.N(1 + 5.0 * count / times)}\" d=\"M"
                + $"{ChartDrawing.N(X(a))} {ChartDrawing.N(Y(a))}Q{ChartDrawing.N(mx)} {ChartDrawing.N(my)} "
                + $"{ChartDrawing.N(X(b))} "
                + $"{ChartDrawing.N(Y(b))}\"><title>{ChartDrawing.Escape(title)}</title></path>");
        }

        var most = figure.Places.Max(p => p.Value) ?? 0;
        foreach (var place in figure.Places)
        {
            // The area tells the value.
            var radius = place.Value is > 0 ? Math.Max(RadiusMin, RadiusMax * Math.Sqrt(place.Value.Value / most))
                : RadiusMin + 1;
            var paint = place.Value switch
            {
                null => "fill=\"url(#hatch)\" stroke=\"currentColor\"",
                0 => "class=\"ring\"",
                _ => "class=\"bar s0\" fill-opacity=\".75\"",
            };
            ChartDrawing.Link(svg, place.Href, place.Title, $"<circle {paint} cx=\"{ChartDrawing.N(X(place))}\" "
                + $"cy=\"{ChartDrawing.N(Y(place))}\" r=\"{ChartDrawing.N(radius)}\">"
                + $"<title>{ChartDrawing.Escape(place.Title)}</title></circle>");
            ChartDrawing.Text(svg, X(place), Y(place) + radius + 13, place.Name, "middle");
        }

        DrawScale(svg, scale / KilometresPerDegree);
        return Height;
    }

    static void DrawScale(StringBuilder svg, double pixelsPerKilometre)
    {
        // The longest of these that takes at most a quarter of the width.
        double[] lengths = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
        var length = lengths.LastOrDefault(l => l * pixelsPerKilometre <= ChartDrawing.Width / 4.0, lengths[0]);
        var right = ChartDrawing.Width - 16;
        var wide = ChartDrawing.N(-length * pixelsPerKilometre);
        svg.Append($"<path class=\"hatch\" d=\"M{right} {Height - 16}h{wide}\"/>");
        ChartDrawing.Text(
            svg, right, Height - 22, length.ToString("0.#", CultureInfo.InvariantCulture) + "\u00a0km", "end");
        ChartDrawing.Text(svg, 16, 24, "North is up", "start");
    }

    static (double Low, double High) Range(IEnumerable<double> values)
    {
        var all = values.ToList();
        var (low, high) = (all.Min(), all.Max());
        var room = Math.Max(0, DegreesMin - (high - low)) / 2;
        return (low - room, high + room);
    }
}
