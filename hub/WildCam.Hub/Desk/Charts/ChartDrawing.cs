using System.Globalization;
using System.Net;
using System.Text;

namespace WildCam.Hub.Desk.Charts;

/// <summary>
/// Draws figures as SVG with classes and no styles of its own: on the page the site's CSS paints them, and a saved
/// picture
/// carries <see cref="Style"/>.
/// </summary>
static class ChartDrawing
{
    public const int Width = 720;

    static readonly int[] s_steps = [1, 2, 5, 10];

    const int Left = 44;
    const int PanelHeight = 110;
    const int RowHeight = 22;
    const int NameWidth = 150;

    /// <summary>Colours of a saved picture: those of the light theme.</summary>
    public const string Style =
        "text{font:12px system-ui,sans-serif;fill:#53564E}.s0{fill:#1B6648;stroke:#1B6648}"
        + ".s1{fill:#D9640A;stroke:#D9640A}.s2{fill:#2F7FD0;stroke:#2F7FD0}.s3{fill:#4B1A6B;stroke:#4B1A6B}"
        + ".s4{fill:#C2379A;stroke:#C2379A}.s5{fill:#5A4210;stroke:#5A4210}.bar{stroke:none}"
        + ".line{fill:none;stroke-width:2}"
        + ".line.s1{stroke-dasharray:8 3}.line.s2{stroke-dasharray:2 3}.line.s3{stroke-dasharray:8 3 2 3}"
        + ".line.s4{stroke-dasharray:14 4}.line.s5{stroke-dasharray:4 2}.axis{stroke:#D8D8CF;fill:none}"
        + ".night{fill:#EDEDE7}.hatch{stroke:#7F8178;fill:none}.g0{fill:#fff;stroke:#D8D8CF}.g1{fill:#E4F1E8}"
        + ".g2{fill:#B3DBC3}.g3{fill:#74BD96}.g4{fill:#3A9468}.g5{fill:#1B6648}.g6{fill:#0B3D2A}"
        + ".ring{fill:none;stroke:#1B6648;stroke-width:2}.way{stroke:#2F7FD0;fill:none}";

    /// <summary>A whole document, to be saved.</summary>
    public static string Document(Figure figure, string title)
    {
        var (body, height) = Draw(figure);
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" width="{Width}" height="{height}">
            <title>{Escape(title)}</title><style>{Style}</style>
            <rect width="100%" height="100%" fill="#fff"/>{body}</svg>
            """;
    }

    /// <summary>For a page.</summary>
    public static string Element(Figure figure, string label)
    {
        var (body, height) = Draw(figure);
        return $"<svg class=\"chart\" viewBox=\"0 0 {Width} {height}\" role=\"group\" aria-label=\"{Escape(label)}\">"
            + body + "</svg>";
    }

    static (string Body, int Height) Draw(Figure figure)
    {
        var svg = new StringBuilder(
            "<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
            + "<path class=\"hatch\" d=\"M0 6L6 0\"/></pattern></defs>");
        var height = figure switch
        {
            BarsFigure bars => DrawBars(svg, bars),
            LinesFigure lines => DrawLines(svg, lines),
            GridFigure grid => DrawGrid(svg, grid),
            SpansFigure spans => DrawSpans(svg, spans),
            RanksFigure ranks => DrawRanks(svg, ranks),
            PlacesFigure places => PlacesDrawing.Draw(svg, places),
            _ => throw new ArgumentOutOfRangeException(nameof(figure), figure, "No such figure."),
        };
        return (svg.ToString(), height);
    }

    static int DrawBars(StringBuilder svg, BarsFigure figure)
    {
        var wide = (double)(Width - Left - 8) / Math.Max(1, figure.Labels.Count);
        var top = 0;
        foreach (var panel in figure.Panels)
        {
            var most = Nice(Math.Max(1, panel.Bars.Count == 0 ? 0 : panel.Bars.Max(b => b.Value)));
            var ground = top + PanelHeight - 4;
            foreach (var (from, to) in figure.Shaded)
            {
                svg.Append($"<rect class=\"night\" x=\"{N(Left + from * wide)}\" y=\"{top + 20}\" "
                    + $"width=\"{N((to - from) * wide)}\" height=\"{ground - top - 20}\"/>");
            }

            Text(svg, Left, top + 14, panel.Name, "start");
            Text(svg, Left - 6, top + 28, Number(most), "end");
            Text(svg, Left - 6, ground, "0", "end");
            for (var i = 0; i < panel.Bars.Count; i++)
            {
                var (bar, x) = (panel.Bars[i], Left + i * wide);
                if (i < figure.Unwatched.Count && figure.Unwatched[i])
                {
                    svg.Append($"<rect fill=\"url(#hatch)\" x=\"{N(x)}\" y=\"{top + 20}\" width=\"{N(wide)}\" "
                        + $"height=\"{ground - top - 20}\"><title>No camera worked</title></rect>");
                }

                if (bar.Value > 0)
                {
                    var high = bar.Value / most * (ground - top - 24);
                    Link(svg, bar.Href, bar.Title, $"<rect class=\"bar s0\" x=\"{N(x + wide * 0.08)}\" "
                        + $"y=\"{N(ground - high)}\" width=\"{N(Math.Max(0.5, wide * 0.84))}\" height=\"{N(high)}\">"
                        + $"<title>{Escape(bar.Title)}</title></rect>");
                }
            }

            svg.Append($"<path class=\"axis\" d=\"M{Left} {ground}H{Width - 8}\"/>");
            top += PanelHeight;
        }

        for (var i = 0; i < figure.Labels.Count; i++)
        {
            Text(svg, Left + i * wide, top + 12, figure.Labels[i], "start");
        }

        return top + 20;
    }

    static int DrawLines(StringBuilder svg, LinesFigure figure)
    {
        const int height = 300;
        const int ground = height - 40;
        const int right = Width - 120;
        var most = Nice(Math.Max(1e-9, figure.Lines.SelectMany(l => l.Points).Select(p => p.Y).DefaultIfEmpty().Max()));
        double X(double x) => Left + x / figure.XMax * (right - Left);
        double Y(double y) => ground - y / most * (ground - 24);
        foreach (var (from, to) in figure.Shaded)
        {
            svg.Append($"<rect class=\"night\" x=\"{N(X(from))}\" y=\"24\" width=\"{N(X(to) - X(from))}\" "
                + $"height=\"{ground - 24}\"/>");
        }

        Text(svg, 0, 12, figure.YName, "start");
        Text(svg, Left - 6, 30, Number(most), "end");
        Text(svg, Left - 6, ground, "0", "end");
        var used = new List<double>();
        for (var i = 0; i < figure.Lines.Count; i++)
        {
            var (name, points) = figure.Lines[i];
            if (points.Count == 0)
            {
                continue;
            }

            var path = string.Join('L', points.Select(p => $"{N(X(p.X))} {N(Y(p.Y))}"));
            svg.Append($"<path class=\"line s{i % ChartQuestion.SpeciesMax}\" d=\"M{path}\"/>");
            // Names at the lines' ends make room for each other.
            var y = Y(points[^1].Y) + 4;
            while (used.Exists(u => Math.Abs(u - y) < 14))
            {
                y += 14;
            }

            used.Add(y);
            Text(svg, X(points[^1].X) + 6, y, name, "start");
        }

        svg.Append($"<path class=\"axis\" d=\"M{Left} {ground}H{right}\"/>");
        foreach (var (at, label) in figure.Ticks)
        {
            Text(svg, X(at), ground + 16, label, "middle");
        }

        Text(svg, right, height - 6, figure.XName, "end");
        return height;
    }

    static int DrawGrid(StringBuilder svg, GridFigure figure)
    {
        var wide = (double)(Width - NameWidth - 8) / Math.Max(1, figure.Columns.Count);
        var most = figure.Cells.SelectMany(r => r).Max(c => c.Value) ?? 0;
        for (var c = 0; c < figure.Columns.Count; c++)
        {
            Text(svg, NameWidth + c * wide, 12, figure.Columns[c], "start");
        }

        for (var r = 0; r < figure.Rows.Count; r++)
        {
            var y = 18 + r * RowHeight;
            Text(svg, NameWidth - 6, y + 15, Cut(figure.Rows[r]), "end");
            for (var c = 0; c < figure.Cells[r].Count; c++)
            {
                var cell = figure.Cells[r][c];
                var ground = cell.Value is { } value ? $"class=\"{Shade(value, most)}\"" : "fill=\"url(#hatch)\"";
                Link(svg, cell.Href, cell.Title, $"<rect {ground} x=\"{N(NameWidth + c * wide)}\" y=\"{y}\" "
                    + $"width=\"{N(Math.Max(0.5, wide - 1))}\" height=\"{RowHeight - 1}\">"
                    + $"<title>{Escape(cell.Title)}</title></rect>");
            }
        }

        return 18 + figure.Rows.Count * RowHeight + 4;
    }

    static int DrawSpans(StringBuilder svg, SpansFigure figure)
    {
        var wide = Width - NameWidth - 8;
        foreach (var (at, label) in figure.Ticks)
        {
            Text(svg, NameWidth + at * wide, 12, label, "start");
        }

        for (var r = 0; r < figure.Rows.Count; r++)
        {
            var (y, (name, bars)) = (18 + r * RowHeight, figure.Rows[r]);
            Text(svg, NameWidth - 6, y + 14, Cut(name), "end");
            svg.Append($"<rect fill=\"url(#hatch)\" x=\"{NameWidth}\" y=\"{y + 4}\" width=\"{wide}\" height=\"12\"/>");
            foreach (var bar in bars)
            {
                svg.Append($"<rect class=\"bar s0\" x=\"{N(NameWidth + bar.From * wide)}\" y=\"{y + 4}\" "
                    + $"width=\"{N(Math.Max(0.5, (bar.To - bar.From) * wide))}\" height=\"12\">"
                    + $"<title>{Escape(bar.Title)}</title></rect>");
            }
        }

        return 18 + figure.Rows.Count * RowHeight + 4;
    }

    static int DrawRanks(StringBuilder svg, RanksFigure figure)
    {
        const int numberWidth = 90;
        var most = Math.Max(1e-9, figure.Rows.Select(r => r.Bar.Value).DefaultIfEmpty().Max());
        for (var r = 0; r < figure.Rows.Count; r++)
        {
            var (name, bar, number) = figure.Rows[r];
            var y = r * RowHeight;
            var wide = bar.Value / most * (Width - NameWidth - numberWidth);
            Text(svg, NameWidth - 6, y + 15, Cut(name), "end");
            Link(svg, bar.Href, bar.Title, $"<rect class=\"bar s0\" x=\"{NameWidth}\" y=\"{y + 3}\" "
                + $"width=\"{N(wide)}\" height=\"{RowHeight - 6}\"><title>{Escape(bar.Title)}</title></rect>");
            Text(svg, NameWidth + wide + 6, y + 15, number, "start");
        }

        return figure.Rows.Count * RowHeight + 4;
    }

    /// <summary>One of six grounds; zero is its own.</summary>
    static string Shade(double value, double most) =>
        value <= 0 ? "g0" : $"g{Math.Clamp((int)Math.Ceiling(value / most * 6), 1, 6)}";

    internal static void Link(StringBuilder svg, string? href, string title, string shape) =>
        svg.Append(href is null ? shape
            : $"<a href=\"{Escape(href)}\" aria-label=\"{Escape(title)}\">{shape}</a>");

    internal static void Text(StringBuilder svg, double x, double y, string text, string anchor)
    {
        if (text.Length > 0)
        {
            svg.Append($"<text x=\"{N(x)}\" y=\"{N(y)}\" text-anchor=\"{anchor}\">{Escape(text)}</text>");
        }
    }

    internal static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    internal static string Escape(string text) => WebUtility.HtmlEncode(text);

    static string Number(double value) => value.ToString(value < 1 ? "0.###" : "#,0.#", CultureInfo.InvariantCulture);

    static string Cut(string name) => name.Length <= 22 ? name : name[..21] + "\u2026";

    /// <summary>The next of 1, 2 or 5 with its power of ten.</summary>
    static double Nice(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return s_steps.Select(s => s * power).First(s => s >= value - power * 1e-9);
    }
}
