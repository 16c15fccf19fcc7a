using System.Text.RegularExpressions;
using Npgsql;

namespace WildCam.Storage.Find;

/// <summary>Where genera stand; the tree of species is drawn by it. One list for all projects.</summary>
public sealed partial class GeneraTable(NpgsqlDataSource database)
{
    /// <summary>Places a genus that has no place yet; one that has stays. False: these are no such names.</summary>
    public async Task<bool> PlaceAsync(
        string genus, string family, string order, string class_, CancellationToken cancellationToken)
    {
        if (!Name().IsMatch(genus) || !Name().IsMatch(family) || !Name().IsMatch(order) || !Name().IsMatch(class_))
        {
            return false;
        }

        await using var command = database.Command("""
            insert into genera (genus, family, tax_order, tax_class) values ($1, $2, $3, $4) on conflict do nothing
            """, genus, family, order, class_);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    [GeneratedRegex("^[A-Z][a-z]{1,49}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Name();
}
