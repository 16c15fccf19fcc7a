using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using WildCam.Hub.Ingest;
using WildCam.Storage.Blobs;
using WildCam.Wire;

namespace WildCam.Faults.Hostile;

/// <summary>
/// Ids and names that climb out of their folder, in every address, in import file names and blob paths: refused, and
/// nothing outside of the hub's folder is read or touched.
/// </summary>
static class PathTraversal
{
    const int AddressesMax = 250;
    const string Canary = "canary-";

    static readonly EnumerationOptions WithoutLinks = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    public static Scenario Scenario { get; } = new(
        "path-traversal", "ids that climb out of their folder, in every address and file name: nothing is touched",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(
            point.Server, cameras: 1, ("WildCam__RateLimits__ApiPerSecond", "100000"),
            ("WildCam__RateLimits__ApiBurst", "100000"));
        await using var camera = await Grounds.ConnectAsync(world, world.Cameras[0]);
        var taken = await Grounds.DeliverAsync(
            camera, new ScriptedPicture(1, 1, CraftedJpeg.Picture(point.Chance)));
        await world.SettleAsync(Grounds.Timeout);

        var outside = Path.GetDirectoryName(world.DataFolder)!;
        var secret = Canary + Convert.ToHexStringLower(BitConverter.GetBytes(point.Chance.NextInt64()));
        foreach (var place in new[] { outside, Path.Combine(outside, "canary"), world.DataFolder })
        {
            Directory.CreateDirectory(place);
            await File.WriteAllTextAsync(Path.Combine(place, "canary.txt"), secret);
            await File.WriteAllTextAsync(Path.Combine(place, "canary.jpg"), secret);
        }

        var card = Path.Combine(outside, "card");
        WriteCard(card, point.Chance);
        var before = Snapshot(outside);
        await KnockAsync(world, point, secret);
        await TryBlobPathsAsync(world, point);
        var imported = await ImportAsync(world, card);
        Must.Equal(before, Snapshot(outside), "the files beside the hub's blobs");

        var bad = await world.Database.ReadAsync<long>(
            @"select count(*) from captures where blob_path !~ '^valley/valley-1/\d{4}(/\d\d){2}/[0-9a-f_]+\.jpg$'");
        Must.Equal(0L, bad, "blob paths that somebody else had a say in");
        await Grounds.SettleWithDeadAsync(world);
        await Grounds.InvariantsOf(world).CheckAsync([taken, .. imported]);
        await Grounds.CheckHubAsync(world);
    }

    /// <summary>Every address of the document and of the pages, with each of its parts climbing.</summary>
    static async Task KnockAsync(FleetWorld world, Point point, string secret)
    {
        using var admin = await Grounds.AdminAsync(world);
        using var browser = await Grounds.AdminAsync(world, asBrowser: true);
        var api = new RawHttp(world.Hub.WebPort, $"Authorization: {admin.DefaultRequestHeaders.Authorization}\r\n");
        var pages = new RawHttp(world.Hub.WebPort, string.Concat(
            browser.DefaultRequestHeaders.Select(h => $"{h.Key}: {string.Join(", ", h.Value)}\r\n")));
        var document = JsonNode.Parse(await admin.GetStringAsync("/api/v1/openapi.json"))!;
        var targets = new List<(RawHttp Way, string Target)>();
        foreach (var climb in Climbs(point.Chance))
        {
            foreach (var path in document["paths"]!.AsObject().Select(p => p.Key).Where(p => p.Contains('{')))
            {
                targets.Add((api, Fill(path, climb, point.Chance)));
            }

            foreach (var path in new[]
                {
                    "/p/{project}/", "/p/{project}/pictures/{id}", "/p/{project}/species/{slug}",
                    "/p/{project}/cameras/{code}", "/media/{id}/original", "/media/{id}/1/{width}.jpg",
                    "/media/{id}/{version}/crop.jpg", "/{file}", "/desk.css/{file}",
                })
            {
                targets.Add((pages, Fill(path, climb, point.Chance)));
            }
        }

        var wrong = new List<string>();
        foreach (var (way, target) in targets.OrderBy(_ => point.Chance.Next()).Take(AddressesMax))
        {
            var answer = await way.AskAsync("GET", target);
            if (answer.Status is not (400 or 404 or 414 or 431)
                || answer.Text.Contains(secret, StringComparison.Ordinal))
            {
                wrong.Add($"GET {target} answered {answer.Text[..Math.Min(300, answer.Text.Length)]}");
            }
        }

        Must.Hold(wrong.Count == 0, string.Join('\n', wrong));
    }

    static string Fill(string path, string climb, Random chance)
    {
        var parts = path.Split('/');
        var open = Enumerable.Range(0, parts.Length).Where(i => parts[i].Contains('{')).ToList();
        var hit = open[chance.Next(open.Count)];
        for (var i = 0; i < parts.Length; i++)
        {
            if (i == hit)
            {
                var brace = parts[i].IndexOf('}', StringComparison.Ordinal) + 1;
                parts[i] = climb + parts[i][brace..];
            }
            else if (open.Contains(i))
            {
                parts[i] = parts[i].Contains("project", StringComparison.Ordinal) ? FleetWorld.Project : "1";
            }
        }

        return string.Join('/', parts);
    }

    static IEnumerable<string> Climbs(Random chance)
    {
        const string file = "canary.txt";
        var up = chance.Next(1, 8);
        string Many(string step) => string.Concat(Enumerable.Repeat(step, up));
        yield return Many("../") + file;
        yield return Many("%2e%2e/") + file;
        yield return Many("%2e%2e%2f") + file;
        yield return Many("..%2F") + file;
        yield return Many("..%5c") + file;
        yield return Many("..\\") + file;
        yield return Many("%252e%252e%252f") + file;
        yield return Many("%c0%ae%c0%ae%c0%af") + file;
        yield return Many("%EF%BC%8E%EF%BC%8E%EF%BC%8F") + file;
        yield return Many("%E2%80%A5/") + file;
        yield return Many("....//") + file;
        yield return "%2f" + file;
        yield return "%00";
        yield return file + "%00.jpg";
        yield return "canary.jpg%0d%0aX-Broken:%20yes";
        yield return new string('a', 4096);
        yield return "file:%2f%2f%2f" + file;
        yield return "C:%5c" + file;
        yield return "~" + file;
    }

    /// <summary>The folder of blobs by itself: a path that climbs is a fault of the caller and never opened.</summary>
    static async Task TryBlobPathsAsync(FleetWorld world, Point point)
    {
        var blobs = new FolderBlobStore(Path.Combine(world.DataFolder, "blobs"), TimeProvider.System);
        foreach (var climb in Climbs(point.Chance).Select(Uri.UnescapeDataString)
            .Append("../canary.txt").Append("/etc/hostname").Append("a/../../canary.txt").Append("a\0b"))
        {
            if (BlobPath.IsValid(climb))
            {
                continue;
            }

            try
            {
                await using var opened = await blobs.OpenReadAsync(climb, point.Cancellation);
                throw new WorldException($"The blob store looked for '{climb}'.");
            }
            catch (ArgumentException)
            {
                // As it must be.
            }
        }
    }

    /// <summary>Files of a card with names that mean something to a shell, to a page or to a path.</summary>
    static void WriteCard(string card, Random chance)
    {
        var inner = Path.Combine(card, "DCIM");
        Directory.CreateDirectory(inner);
        string[] names =
        [
            "..%2f..%2fcanary.jpg", "..\\..\\canary.jpg", "....jpg", "%00.jpg", "a\nb\t.jpg", "<script>.jpg",
            "'; drop table captures;--.jpg", "\u202Egpj.exe.jpg", "CON.jpg", " .jpg", "-rf.jpg",
            "$(touch canary).jpg", new string('n', 250) + ".jpg",
        ];
        foreach (var name in names)
        {
            File.WriteAllBytes(Path.Combine(inner, name), CraftedJpeg.Picture(chance, 64, 48));
        }

        // Longer than a name is kept, and a character of two halves where it would be cut.
        var deep = inner;
        for (var i = 0; i < 4; i++)
        {
            deep = Path.Combine(deep, string.Concat(Enumerable.Repeat("\U0001F98A", 60)));
        }

        Directory.CreateDirectory(deep);
        File.WriteAllBytes(Path.Combine(deep, "deep.jpg"), CraftedJpeg.Picture(chance, 64, 48));
        File.WriteAllBytes(Path.Combine(deep, "deepe.jpg"), CraftedJpeg.Picture(chance, 64, 48));
        File.CreateSymbolicLink(Path.Combine(inner, "link.jpg"), Path.Combine(card, "..", "canary.jpg"));
        Directory.CreateSymbolicLink(Path.Combine(inner, "way out"), Path.Combine(card, ".."));
    }

    /// <summary>Gives the files as pictures; their ids, which come from their bytes, are read from the rows.</summary>
    static async Task<List<TakenPicture>> ImportAsync(FleetWorld world, string card)
    {
        var files = Directory.EnumerateFiles(card, "*", WithoutLinks).ToList();
        var report = await ImportRun.ImportAsync(
            world.Database.Source, new FolderBlobStore(Path.Combine(world.DataFolder, "blobs"), TimeProvider.System),
            new IngestOptions(), card, world.Cameras[0].Code, null, CancellationToken.None);
        Must.Equal(
            (files.Count, files.Count), (report!.Files, report.Stored), "files of the card that were found and stored");
        var ids = (await Invariants.ReadCapturesAsync(world.Database)).ToLookup(c => c.Sha256, c => c.DeviceId);
        return files.ConvertAll(file =>
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
            Must.Equal(1, ids[hash].Count(), $"captures with the bytes of {file}");
            return new TakenPicture(world.Cameras[0].Code, ids[hash].Single(), hash, ReceiptOutcomes.Stored);
        });
    }

    /// <summary>Every file beside the blobs with its bytes and its time: what a fooled hub would change.</summary>
    static string Snapshot(string folder)
    {
        var text = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(folder, "*", WithoutLinks)
            .Where(f => !f.Contains("/data/blobs/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            text.Append(file).Append(' ').Append(File.GetLastWriteTimeUtc(file).Ticks).Append(' ')
                .AppendLine(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));
        }

        return text.ToString();
    }
}
