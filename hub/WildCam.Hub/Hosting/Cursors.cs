using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace WildCam.Hub.Hosting;

/// <summary>
/// Places in lists, given to programs as text that tells nothing and cannot be altered. A cursor counts only for the
/// list and filter that it was made for.
/// </summary>
public sealed class Cursors(IDataProtectionProvider protection)
{
    /// <summary>Longest cursor that is looked at.</summary>
    public const int CharsMax = 1000;

    readonly IDataProtector _protector = protection.CreateProtector("cursor");

    public string Write(string list, params ReadOnlySpan<object> place)
    {
        var parts = new List<string>();
        foreach (var part in place)
        {
            parts.Add(part is DateTimeOffset at
                ? at.UtcTicks.ToString(CultureInfo.InvariantCulture)
                : Convert.ToString(part, CultureInfo.InvariantCulture)!);
        }

        return _protector.CreateProtector(list).Protect(string.Join('|', parts));
    }

    /// <summary>The parts of a place; null: no cursor of ours for this list.</summary>
    public string[]? Read(string list, string cursor, int parts)
    {
        if (cursor.Length > CharsMax)
        {
            return null;
        }

        try
        {
            var place = _protector.CreateProtector(list).Unprotect(cursor).Split('|');
            return place.Length == parts ? place : null;
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException)
        {
            return null;
        }
    }

    public static DateTimeOffset Time(string part) =>
        new(long.Parse(part, CultureInfo.InvariantCulture), TimeSpan.Zero);
}

/// <summary>A page of a list; <paramref name="Next"/> is the cursor of the following one, absent at the end.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
