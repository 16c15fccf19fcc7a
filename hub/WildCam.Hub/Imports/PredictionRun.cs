using WildCam.Storage;
using WildCam.Storage.Imports;

namespace WildCam.Hub.Imports;

/// <summary>Goes over a file of predictions: matches pictures, and files what is said of them or only looks.</summary>
sealed class PredictionRun(PredictionsTable table, int projectId, string? camera, string model, string version)
{
    readonly PredictionMatching _matching = new(table, projectId, camera);
    readonly List<ImportProblem> _problems = [];
    readonly HashSet<string> _unknown = new(StringComparer.OrdinalIgnoreCase);
    int _wrong;

    /// <summary>Null: the model's name belongs to one that runs here.</summary>
    public async Task<PredictionsAnswer?> RunAsync(
        PredictionFile file, bool commit, int problemsMax, CancellationToken cancellationToken)
    {
        var modelId = 0;
        if (commit)
        {
            if (await table.EnsureModelAsync(model, version, cancellationToken) is not { } known)
            {
                return null;
            }

            modelId = known;
        }

        var names = file.Predictions.SelectMany(p => p.Things).Select(t => t.Species).OfType<string>()
            .Distinct(StringComparer.OrdinalIgnoreCase).Select(n => n.ToLowerInvariant()).ToArray();
        var taxa = await table.FindTaxaForMatchingAsync(names, cancellationToken);
        _unknown.UnionWith(names.Where(n => !taxa.ContainsKey(n)));
        var (matched, things, filed) = (0, 0, 0);
        foreach (var batch in file.Predictions.Chunk(PredictionsTable.BatchMax))
        {
            var found = await _matching.MatchAsync([.. batch.Select(p => p.File)], cancellationToken);
            var rows = new List<PredictedRow>();
            var taken = new HashSet<Guid>();
            for (var i = 0; i < batch.Length; i++)
            {
                var (capture, problem) = found[i];
                problem = batch[i].Problem ?? problem
                    ?? (batch[i].InPixels && capture is { Width: null } && batch[i].Things.Count > 0
                        ? "its size is not known yet; wait until its thumbnail is made"
                        : capture is not null && !taken.Add(capture.Id) ? "the file speaks of this picture twice"
                        : null);
                if (problem is not null)
                {
                    Complain(batch[i], problem, problemsMax);
                    continue;
                }

                matched++;
                things += batch[i].Things.Count;
                rows.AddRange(RowsOf(batch[i], capture!, taxa));
            }

            if (commit)
            {
                filed += await table.FileAsync(modelId, rows, cancellationToken);
            }
        }

        return new PredictionsAnswer(
            file.Format.ToString().ToLowerInvariant(), $"{model} {version}", file.Predictions.Count, matched, things,
            filed, _wrong, _problems, [.. _unknown.Order(StringComparer.OrdinalIgnoreCase).Take(problemsMax)], commit);
    }

    /// <summary>Nothing found is a blank: the model looked and said so.</summary>
    static IEnumerable<PredictedRow> RowsOf(
        Prediction prediction, NamedCapture capture, IReadOnlyDictionary<string, int> taxa)
    {
        if (prediction.Things.Count == 0)
        {
            yield return new PredictedRow(
                capture.Id, capture.CapturedAt, 0, Category.Blank, null, null, null, null, null, null);
        }

        var (across, down) = prediction.InPixels ? (capture.Width ?? 1, capture.Height ?? 1) : (1, 1);
        for (var i = 0; i < prediction.Things.Count; i++)
        {
            var thing = prediction.Things[i];
            var (x, y) = (Math.Clamp(thing.X / across, 0, 1), Math.Clamp(thing.Y / down, 0, 1));
            yield return new PredictedRow(
                capture.Id, capture.CapturedAt, (short)i, thing.Category,
                thing.Species is { } name && taxa.TryGetValue(name, out var taxon) ? taxon : null,
                (float)thing.Confidence, (float)x, (float)y, (float)Math.Min(thing.Width / across, 1 - x),
                (float)Math.Min(thing.Height / down, 1 - y));
        }
    }

    void Complain(Prediction prediction, string reason, int problemsMax)
    {
        _wrong++;
        if (_problems.Count < problemsMax)
        {
            _problems.Add(new ImportProblem(prediction.Index, prediction.File, reason));
        }
    }
}
