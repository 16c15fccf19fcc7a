using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WildCam.IntegrationTests.Exports;

/// <summary>
/// Checks a package against the standard's own files: the tables by their Frictionless schemas, keys between tables
/// too, and the descriptor by the keywords of JSON Schema that the profile uses.
/// </summary>
static class CamtrapSchema
{
    static readonly string[] Tables = ["deployments", "media", "observations"];

    static JsonNode Read(string name) =>
        JsonNode.Parse(File.ReadAllText(Components.RequireSharedData($"camtrap-dp/{name}")))!;

    /// <summary>Everything that is wrong with a package; empty: it is valid.</summary>
    public static List<string> Problems(IReadOnlyDictionary<string, Table> tables, JsonNode descriptor)
    {
        var wrong = new List<string>();
        Check(Read("camtrap-dp-profile.json"), descriptor, "datapackage", wrong);
        foreach (var name in Tables)
        {
            CheckTable(name, Read($"{name}-table-schema.json"), tables, wrong);
        }

        return wrong;
    }

    static void CheckTable(
        string name, JsonNode schema, IReadOnlyDictionary<string, Table> tables, List<string> wrong)
    {
        var table = tables[name];
        var fields = schema["fields"]!.AsArray().ToDictionary(f => (string)f!["name"]!, f => f!);
        wrong.AddRange(table.Columns.Where(c => !fields.ContainsKey(c)).Select(c => $"{name} has no field {c}"));
        wrong.AddRange(fields.Where(f => (bool?)f.Value["constraints"]?["required"] == true)
            .Where(f => !table.Columns.Contains(f.Key)).Select(f => $"{name} lacks the field {f.Key}"));
        for (var c = 0; c < table.Columns.Count; c++)
        {
            if (!fields.TryGetValue(table.Columns[c], out var field))
            {
                continue;
            }

            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var row in table.Rows)
            {
                var value = row[c] is "" or "NA" or "NaN" or "nan" ? null : row[c];
                if (Problem(field, value) is { } problem
                    || ((bool?)field["constraints"]?["unique"] == true && value is not null && !seen.Add(value)
                        && (problem = "it is not unique") is not null))
                {
                    wrong.Add($"{name}.{table.Columns[c]} '{value}': {problem}");
                }
            }
        }

        foreach (var key in schema["foreignKeys"]?.AsArray() ?? [])
        {
            var to = (string?)key!["reference"]!["resource"];
            var target = tables[to is null or "" ? name : to];
            var known = target.All((string)key["reference"]!["fields"]!).ToHashSet(StringComparer.Ordinal);
            wrong.AddRange(table.All((string)key["fields"]!).Where(v => v.Length > 0 && !known.Contains(v))
                .Select(v => $"{name}: {key["fields"]} '{v}' is not in {to}"));
        }
    }

    static string? Problem(JsonNode field, string? value)
    {
        var constraints = field["constraints"] ?? new JsonObject();
        if (value is null)
        {
            return (bool?)constraints["required"] == true ? "it is required" : null;
        }

        var number = double.TryParse(value, CultureInfo.InvariantCulture, out var parsed) ? parsed : (double?)null;
        return (string)field["type"]! switch
        {
            "number" when number is null => "it is no number",
            "integer" when !long.TryParse(value, CultureInfo.InvariantCulture, out _) => "it is no integer",
            "boolean" when value is not ("true" or "false") => "it is neither true nor false",
            "datetime" when !Regex.IsMatch(
                value, @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:?\d\d)$") => "it is no moment",
            _ => number < (double?)constraints["minimum"] ? "it is too small"
                : number > (double?)constraints["maximum"] ? "it is too large"
                : constraints["enum"] is JsonArray words && !words.Any(w => (string)w! == value) ? "it is no such word"
                : constraints["pattern"] is { } pattern && !Regex.IsMatch(value, (string)pattern!) ? "its form is wrong"
                : null,
        };
    }

    /// <summary>JSON Schema, draft 4, as far as the profile goes; nothing is fetched from other addresses.</summary>
    static void Check(JsonNode schema, JsonNode? value, string at, List<string> wrong)
    {
        if (schema is not JsonObject rules)
        {
            return;
        }

        foreach (var all in rules["allOf"]?.AsArray() ?? [])
        {
            Check(all!, value, at, wrong);
        }

        if (rules["oneOf"] is JsonArray one && one.Count(o => Fits(o!, value)) != 1)
        {
            wrong.Add($"{at}: not exactly one of its forms fits");
        }

        if (rules["anyOf"] is JsonArray any && !any.Any(o => Fits(o!, value)))
        {
            wrong.Add($"{at}: none of its forms fits");
        }

        if (rules["not"] is { } not && Fits(not, value))
        {
            wrong.Add($"{at}: {value} is what it must not be");
        }

        if (rules["enum"] is JsonArray words && !words.Any(w => JsonNode.DeepEquals(w, value)))
        {
            wrong.Add($"{at}: {value} is no such word");
        }

        if (rules["type"] is JsonValue type && !IsOf((string)type!, value))
        {
            wrong.Add($"{at}: is no {type}");
        }

        if (rules["pattern"] is { } pattern && value is JsonValue text && !Regex.IsMatch($"{text}", (string)pattern!))
        {
            wrong.Add($"{at}: {text} has a wrong form");
        }

        if (value is JsonArray items)
        {
            if (items.Count < ((int?)rules["minItems"] ?? 0))
            {
                wrong.Add($"{at}: has {items.Count} items");
            }

            for (var i = 0; i < items.Count && rules["items"] is JsonObject each; i++)
            {
                Check(each, items[i], $"{at}[{i}]", wrong);
            }
        }

        if (value is JsonObject fields)
        {
            wrong.AddRange((rules["required"]?.AsArray() ?? []).Where(r => !fields.ContainsKey((string)r!))
                .Select(r => $"{at}: lacks {r}"));
            foreach (var (name, rule) in rules["properties"]?.AsObject() ?? [])
            {
                if (fields.TryGetPropertyValue(name, out var inner) && rule is not null)
                {
                    Check(rule, inner, $"{at}.{name}", wrong);
                }
            }
        }
    }

    static bool Fits(JsonNode schema, JsonNode? value)
    {
        var wrong = new List<string>();
        Check(schema, value, "", wrong);
        return wrong.Count == 0;
    }

    static bool IsOf(string type, JsonNode? value) => type switch
    {
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() is System.Text.Json.JsonValueKind.String,
        "boolean" => value?.GetValueKind() is System.Text.Json.JsonValueKind.True
            or System.Text.Json.JsonValueKind.False,
        "number" or "integer" => value?.GetValueKind() is System.Text.Json.JsonValueKind.Number,
        _ => true,
    };
}

/// <summary>A table of a package.</summary>
sealed record Table(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public static async Task<Table> ReadAsync(Stream csv)
    {
        var reader = new WildCam.Hub.Imports.CsvReader(new StreamReader(csv));
        var columns = (await reader.ReadAsync(default))!.Fields;
        var rows = new List<IReadOnlyList<string>>();
        while (await reader.ReadAsync(default) is { } row)
        {
            Assert.Equal(columns.Count, row.Fields.Count);
            rows.Add(row.Fields);
        }

        return new Table(columns, rows);
    }

    public List<string> All(string column)
    {
        var at = Columns.ToList().IndexOf(column);
        return [.. Rows.Select(r => r[at])];
    }

    public string this[int row, string column] => Rows[row][Columns.ToList().IndexOf(column)];
}
