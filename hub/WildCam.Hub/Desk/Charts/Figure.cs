namespace WildCam.Hub.Desk.Charts;

/// <summary>What is drawn; <see cref="ChartDrawing"/> makes it an SVG.</summary>
public abstract record Figure;

/// <summary>One bar: how high, what it says, where its pictures are.</summary>
public sealed record Bar(double Value, string Title, string? Href);

/// <summary>Bars of one species; each species is a row of its own, so that no colour has to be told apart.</summary>
public sealed record BarsPanel(string Name, IReadOnlyList<Bar> Bars);

/// <param name="Labels">Below the bars; an empty one is left out.</param>
/// <param name="Shaded">Spans of bars that are night, by bar and part of a bar.</param>
/// <param name="Unwatched">Of each bar, whether no camera worked then.</param>
public sealed record BarsFigure(
    IReadOnlyList<BarsPanel> Panels, IReadOnlyList<string> Labels, IReadOnlyList<(double From, double To)> Shaded,
    IReadOnlyList<bool> Unwatched) : Figure;

/// <summary>One line; the n-th is drawn with the n-th colour and dash, and named at its end.</summary>
public sealed record Line(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <param name="Ticks">Along the bottom.</param>
public sealed record LinesFigure(
    IReadOnlyList<Line> Lines, IReadOnlyList<(double At, string Label)> Ticks, double XMax, string XName, string YName,
    IReadOnlyList<(double From, double To)> Shaded) : Figure;

/// <summary>A cell of a grid; no value: nobody watched.</summary>
public sealed record GridCell(double? Value, string Title, string? Href);

/// <summary>Rows of cells whose ground tells their value.</summary>
public sealed record GridFigure(
    IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<GridCell>> Cells) : Figure;

/// <summary>A bar lying from one time to another, in parts of the whole.</summary>
public sealed record SpanBar(double From, double To, string Title);

public sealed record SpansFigure(
    IReadOnlyList<(string Name, IReadOnlyList<SpanBar> Bars)> Rows, IReadOnlyList<(double At, string Label)> Ticks)
    : Figure;

/// <summary>Lying bars with their numbers.</summary>
public sealed record RanksFigure(IReadOnlyList<(string Name, Bar Bar, string Number)> Rows) : Figure;

/// <summary>A place on a map; a null value: nobody watched there.</summary>
public sealed record MapPlace(
    string Name, double Latitude, double Longitude, double? Value, string Title, string? Href);

/// <summary>A line from one place to another, as wide as it counts.</summary>
public sealed record MapArrow(int From, int To, int Times, string Title);

public sealed record PlacesFigure(IReadOnlyList<MapPlace> Places, IReadOnlyList<MapArrow> Arrows) : Figure;

/// <summary>A row of the table under a chart; cells are text, whole numbers, numbers or empty.</summary>
public sealed record ChartRow(IReadOnlyList<object?> Cells, string? Href = null);

/// <summary>The numbers of a chart.</summary>
public sealed record ChartTable(IReadOnlyList<string> Columns, IReadOnlyList<ChartRow> Rows);

/// <summary>A chart with everything said about it.</summary>
/// <param name="Counted">One sentence: what is counted.</param>
/// <param name="How">How it is computed, in a paragraph.</param>
/// <param name="Warnings">What weakens it, such as too few data.</param>
public sealed record ChartView(
    string Title, string Counted, string How, Figure? Figure, ChartTable Table, IReadOnlyList<string> Warnings);
