using System.IO.Compression;
using System.Text;
using System.Text.Json;
using WildCam.Storage.Imports;

namespace WildCam.Hub.Imports;

/// <summary>A row of a package that cannot be taken, and why.</summary>
public sealed record PackageProblem(string Table, int Line, string Reason);

/// <summary>A Camera Trap Data Package in a zip: its descriptor, and its tables row by row.</summary>
sealed class PackageReading : IDisposable
{
    /// <summary>Most rows of one table.</summary>
    public const int RowsMax = 1_000_000;

    const string DescriptorName = "datapackage.json";
    const int DescriptorBytesMax = 16 << 20;

    readonly ZipArchive _zip;
    readonly string _folder;

    PackageReading(ZipArchive zip, string folder, JsonDocument descriptor)
    {
        (_zip, _folder, Descriptor) = (zip, folder, descriptor);
    }

    public JsonDocument Descriptor { get; }

    public string Name => Text("name") ?? Text("id") ?? "package";

    public string Title => Text("title") ?? Name;

    /// <exception cref="FormatException">It is no such package.</exception>
    public static PackageReading Open(Stream file)
    {
        ZipArchive zip;
        try
        {
            zip = new ZipArchive(file, ZipArchiveMode.Read);
        }
        catch (InvalidDataException fault)
        {
            throw new FormatException("It is no zip. Camtrap DP packages come as a zip with datapackage.json.", fault);
        }

        try
        {
            var entry = zip.Entries.Where(e => e.Name == DescriptorName).MinBy(e => e.FullName.Length)
                ?? throw new FormatException($"The zip holds no {DescriptorName}.");
            if (entry.Length > DescriptorBytesMax)
            {
                throw new FormatException($"{DescriptorName} is over DescriptorBytesMax ({DescriptorBytesMax} bytes).");
            }

            using var json = entry.Open();
            var descriptor = JsonDocument.Parse(json);
            if (descriptor.RootElement.ValueKind is not JsonValueKind.Object
                || !descriptor.RootElement.TryGetProperty("resources", out var resources)
                || resources.ValueKind is not JsonValueKind.Array)
            {
                throw new FormatException($"{DescriptorName} names no resources.");
            }

            return new PackageReading(zip, entry.FullName[..^DescriptorName.Length], descriptor);
        }
        catch (Exception fault) when (fault is JsonException or InvalidDataException)
        {
            zip.Dispose();
            throw new FormatException($"{DescriptorName} cannot be read: {fault.Message}", fault);
        }
        catch
        {
            zip.Dispose();
            throw;
        }
    }

    /// <summary>The rows of a table, each with its key and fields, or with what is wrong with it.</summary>
    /// <param name="deployments">Ids of deployments that are known; filled by the table of deployments.</param>
    /// <param name="media">Ids of media that are known; filled by the table of media.</param>
    /// <exception cref="FormatException">The table as a whole cannot be read.</exception>
    public async IAsyncEnumerable<(PackageRow? Row, PackageProblem? Problem)> ReadAsync(
        PackageTable table, HashSet<string> deployments, HashSet<string> media)
    {
        var name = table.ToString().ToLowerInvariant();
        var entry = FindTable(name);
        using var text = new StreamReader(entry.Open(), Encoding.UTF8);
        var csv = new CsvReader(text);
        var columns = (await ReadRowAsync(csv, name))?.Fields ?? throw new FormatException($"{entry.Name} is empty.");
        var key = table switch
        {
            PackageTable.Deployments => "deploymentID",
            PackageTable.Media => "mediaID",
            _ => "observationID",
        };
        if (!columns.Contains(key, StringComparer.Ordinal)
            || !columns.Contains("deploymentID", StringComparer.Ordinal))
        {
            throw new FormatException($"{entry.Name} has no column {key} or deploymentID.");
        }

        var seen = table switch
        {
            PackageTable.Deployments => deployments,
            PackageTable.Media => media,
            _ => new HashSet<string>(StringComparer.Ordinal),
        };
        var count = 0;
        while (await ReadRowAsync(csv, name) is { } row)
        {
            if (++count > RowsMax)
            {
                throw new FormatException($"{entry.Name} has over RowsMax ({RowsMax}) rows. Split the package.");
            }

            var fields = Fields(columns, row);
            var problem = row.Fields.Count != columns.Count
                ? $"it has {row.Fields.Count} fields, and the head has {columns.Count}"
                : !fields.TryGetValue(key, out var id) ? $"it has no {key}"
                : table is not PackageTable.Deployments
                    && !deployments.Contains(fields.GetValueOrDefault("deploymentID", ""))
                    ? "its deploymentID is not in deployments"
                : table is PackageTable.Observations && fields.TryGetValue("mediaID", out var of)
                    && !media.Contains(of) ? "its mediaID is not in media"
                : !seen.Add(id) ? $"its {key} is there twice"
                : null;
            yield return problem is null
                ? (new PackageRow(fields[key], JsonSerializer.Serialize(fields)), null)
                : (null, new PackageProblem(name, row.Line, problem));
        }
    }

    public void Dispose()
    {
        Descriptor.Dispose();
        _zip.Dispose();
    }

    static async Task<CsvRow?> ReadRowAsync(CsvReader csv, string name)
    {
        try
        {
            return await csv.ReadAsync(default);
        }
        catch (InvalidDataException fault)
        {
            throw new FormatException($"{name} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Without those that are empty by the standard's list of missing values.</summary>
    static SortedDictionary<string, string> Fields(IReadOnlyList<string> columns, CsvRow row)
    {
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(columns.Count, row.Fields.Count); i++)
        {
            if (row.Fields[i] is not ("" or "NA" or "NaN" or "nan"))
            {
                fields[columns[i]] = row.Fields[i].Replace("\0", "", StringComparison.Ordinal);
            }
        }

        return fields;
    }

    ZipArchiveEntry FindTable(string name)
    {
        var path = Descriptor.RootElement.GetProperty("resources").EnumerateArray()
            .Where(r => r.ValueKind is JsonValueKind.Object && r.TryGetProperty("name", out var n)
                && n.ValueKind is JsonValueKind.String && n.GetString() == name)
            .Select(r => r.TryGetProperty("path", out var p) && p.ValueKind is JsonValueKind.String
                ? p.GetString()
                : null)
            .FirstOrDefault() ?? throw new FormatException($"The package has no resource {name} with one path.");
        return _zip.GetEntry(_folder + path)
            ?? throw new FormatException($"The zip does not hold {path}, which the descriptor names.");
    }

    string? Text(string name) =>
        Descriptor.RootElement.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text.Replace("\0", "", StringComparison.Ordinal) is var clean && clean.Length > 200 ? clean[..200] : clean
            : null;
}
