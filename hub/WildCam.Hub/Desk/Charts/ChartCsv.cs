using System.Globalization;
using WildCam.Hub.Hosting;

namespace WildCam.Hub.Desk.Charts;

/// <summary>A chart's numbers as a file.</summary>
static class ChartCsv
{
    public static string Write(ChartTable table) =>
        Csv.Line(table.Columns) + string.Concat(table.Rows.Select(r => Csv.Line(r.Cells.Select(Show))));

    /// <summary>A cell as the page and the file show it.</summary>
    public static string Show(object? cell) => cell switch
    {
        null => "",
        double number => number.ToString("0.####", CultureInfo.InvariantCulture),
        DateOnly date => ChartQuestion.Write(date),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => cell.ToString()!,
    };
}
