using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace WildCam.Cli;

/// <summary>What commands print: tables for people, JSON for scripts, errors on standard error.</summary>
static class Screen
{
    static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Whether somebody looks: then lines may be redrawn.</summary>
    public static bool IsTerminal => !Console.IsOutputRedirected;

    public static void Json(object value) => Console.WriteLine(JsonSerializer.Serialize(value, JsonOptions));

    public static void Line(string text) => Console.WriteLine(text);

    public static void Error(string text) => Console.Error.WriteLine(text);

    /// <summary>Asks for what must not be seen: nothing that is typed is shown.</summary>
    public static string AskSecret(string question) =>
        AnsiConsole.Prompt(new TextPrompt<string>(Markup.Escape(question)).Secret(null).AllowEmpty());

    /// <summary>A table with a heading line; says <paramref name="empty"/> where there is no row.</summary>
    public static void Table(string[] headings, IReadOnlyCollection<string[]> rows, string empty)
    {
        if (rows.Count == 0)
        {
            Line(empty);
            return;
        }

        if (!IsTerminal)
        {
            Plain(headings, rows);
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in headings)
        {
            table.AddColumn(new TableColumn(Markup.Escape(heading)));
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(Markup.Escape).ToArray());
        }

        AnsiConsole.Write(table);
    }

    /// <summary>Two columns, name and value.</summary>
    public static void Facts(IReadOnlyCollection<(string Name, string Value)> facts)
    {
        var width = facts.Max(f => f.Name.Length);
        foreach (var (name, value) in facts)
        {
            Line($"  {name.PadRight(width)}  {value}");
        }
    }

    static void Plain(string[] headings, IReadOnlyCollection<string[]> rows)
    {
        var widths = headings.Select((h, i) => Math.Max(h.Length, rows.Max(r => r[i].Length))).ToArray();
        foreach (var row in rows.Prepend(headings))
        {
            Line(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
        }
    }
}
