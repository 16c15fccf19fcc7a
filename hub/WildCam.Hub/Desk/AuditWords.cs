using System.Text.Json;

namespace WildCam.Hub.Desk;

/// <summary>What an entry changed: a name, what it was, what it is.</summary>
public sealed record AuditChange(string Name, string? Was, string? Is);

/// <summary>The words of the audit's pages.</summary>
static class AuditWords
{
    /// <summary>"camera.mark-stolen" as "Camera: mark stolen".</summary>
    public static string Action(string action)
    {
        var parts = action.Split('.', 2);
        var noun = Words(parts[0]);
        var named = char.ToUpperInvariant(noun[0]) + noun[1..];
        return parts.Length == 1 ? named : $"{named}: {Words(parts[1])}";
    }

    /// <summary>"nobody signed in" has no name: the hub by itself, a camera, a failed sign-in.</summary>
    public static string Who(string? name, string from) => name ?? (from.Length > 0 ? from : "a camera");

    /// <summary>Each value that differs between before and after; both are JSON objects or nothing.</summary>
    public static IReadOnlyList<AuditChange> Changes(string? before, string? after)
    {
        var was = Read(before);
        var now = Read(after);
        return [.. was.Keys.Union(now.Keys, StringComparer.Ordinal)
            .Select(name => new AuditChange(Spaced(name), was.GetValueOrDefault(name), now.GetValueOrDefault(name)))
            .Where(c => c.Was != c.Is)];
    }

    static Dictionary<string, string?> Read(string? json)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (json is null)
        {
            return values;
        }

        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            values["value"] = document.RootElement.ToString();
            return values;
        }

        foreach (var property in document.RootElement.EnumerateObject())
        {
            values[property.Name] = property.Value.ValueKind == JsonValueKind.Null ? null : property.Value.ToString();
        }

        return values;
    }

    static string Words(string name) => name.Length == 0 ? "something" : name.Replace('-', ' ');

    // passwordUntil as "password until"
    static string Spaced(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? $" {char.ToLowerInvariant(c)}" : $"{c}"));
}
