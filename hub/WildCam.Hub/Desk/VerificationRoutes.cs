using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Storage.Desk;
using WildCam.Storage.Review;

namespace WildCam.Hub.Desk;

/// <summary>What people called a thing, in a row, and what the model called it, in columns.</summary>
public sealed record ConfusionMatrix(
    IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<int>> Counts,
    IReadOnlyList<int> OwnColumn, int Events, int Right);

/// <summary>The page of verification, and its numbers as CSV.</summary>
static class VerificationRoutes
{
    /// <summary>Most classes of a matrix; the rarer ones are counted together.</summary>
    public const int ClassesMax = 12;

    const int SpanDays = 90;

    public static void Map(IEndpointRouteBuilder project) => project.MapGet("/charts/verification", ShowAsync);

    static async Task<IResult> ShowAsync(
        string project, HttpContext context, Frames frames, GalleryPages galleries, VerificationTable verification,
        TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var abort = context.RequestAborted;
        var query = context.Request.Query;
        var days = int.TryParse(query["days"], CultureInfo.InvariantCulture, out var asked)
            ? Math.Clamp(asked, 1, VerificationTable.SpanDaysMax)
            : SpanDays;
        var until = time.GetUtcNow().AddDays(1);
        var from = until.AddDays(-days - 1);
        var names = await galleries.NamesAsync(open, abort);
        var models = await verification.ListModelsAsync(abort);
        var model = int.TryParse(query["model"], CultureInfo.InvariantCulture, out var id)
            ? models.FirstOrDefault(m => m.Id == id)
            : null;
        model ??= models.Count > 0 ? models[0] : null;
        return new RazorComponentResult<VerificationPage>(new Dictionary<string, object?>
        {
            [nameof(VerificationPage.Frame)] = frame,
            [nameof(VerificationPage.Names)] = names,
            [nameof(VerificationPage.Days)] = days,
            [nameof(VerificationPage.Sites)] = await verification.CountBySiteAsync(open.Id, from, until, abort),
            [nameof(VerificationPage.Agreement)] = await verification.CountAgreementAsync(open.Id, from, until, abort),
            [nameof(VerificationPage.Models)] = models,
            [nameof(VerificationPage.Model)] = model,
            [nameof(VerificationPage.Matrix)] = model is null
                ? null
                : Matrix(await verification.CountConfusionAsync(open.Id, model.Id, from, until, abort), names),
        });
    }

    /// <summary>Classes by how often people named them, the rest together; a column more for no claim.</summary>
    internal static ConfusionMatrix? Matrix(IReadOnlyList<ConfusionCell> cells, ProjectDirectory names)
    {
        if (cells.Count == 0)
        {
            return null;
        }

        var byPeople = cells.GroupBy(c => c.Person).OrderByDescending(g => g.Sum(c => c.Events)).Select(g => g.Key);
        var byModel = cells.Where(c => c.Model is not null).GroupBy(c => c.Model!.Value)
            .OrderByDescending(g => g.Sum(c => c.Events)).Select(g => g.Key).ToList();
        var rows = byPeople.Take(ClassesMax).ToList();
        var columns = rows.Where(byModel.Contains).Concat(byModel.Except(rows)).Take(ClassesMax).ToList();
        int RowOf(SeenClass seen) => rows.IndexOf(seen) is >= 0 and var at ? at : rows.Count;
        int ColumnOf(SeenClass? seen) => seen is not { } said ? columns.Count + 1
            : columns.IndexOf(said) is >= 0 and var at ? at : columns.Count;
        var counts = Enumerable.Range(0, rows.Count + 1).Select(_ => new int[columns.Count + 2]).ToList();
        foreach (var cell in cells)
        {
            counts[RowOf(cell.Person)][ColumnOf(cell.Model)] += cell.Events;
        }

        string NameOf(SeenClass seen) => Shown.NameOf(seen.TaxonId, seen.Category, names);
        return new ConfusionMatrix(
            [.. rows.Select(NameOf), "Other"], [.. columns.Select(NameOf), "Other", "No claim"], counts,
            [.. rows.Select(r => columns.IndexOf(r)), -1], cells.Sum(c => c.Events),
            cells.Where(c => c.Model == c.Person).Sum(c => c.Events));
    }
}
