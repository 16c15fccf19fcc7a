using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Imports;

namespace WildCam.Hub.Imports;

/// <summary>What a package holds, and how many of its rows are new here; 0 in a preview.</summary>
public sealed record PackageAnswer(
    string Name, string Title, int Deployments, int Media, int Observations, int Added, int Wrong,
    IReadOnlyList<PackageProblem> Problems, bool IsCommitted);

/// <summary>
/// Camtrap DP packages of others: first looked at, then kept row by row. They go out again with the project's own data
/// in its Camtrap DP exports. Their pictures do not come in; a card or folder of them does that.
/// </summary>
static class PackagesApi
{
    /// <summary>Largest zip.</summary>
    const int FileBytesMax = 512 << 20;

    /// <summary>Problems that are listed; all are counted.</summary>
    const int ProblemsMax = 200;

    /// <summary>Packages that are read at once.</summary>
    static readonly SemaphoreSlim AtOnce = new(1);

    public static void Map(IEndpointRouteBuilder project)
    {
        project.MapGet("/packages", ListAsync).RequireRole(Role.Researcher).RequireScope(TokenScopes.Import);
        project.MapPost("/packages", TakeAsync).RequireRole(Role.Manager).RequireScope(TokenScopes.Import)
            .WithMetadata(new RequestSizeLimitAttribute(FileBytesMax));
        project.MapDelete("/packages/{id:guid}", DeleteAsync).RequireRole(Role.Manager)
            .RequireScope(TokenScopes.Import);
    }

    static async Task<Ok<IReadOnlyList<Package>>> ListAsync(
        HttpContext context, PackagesTable packages, CancellationToken cancellationToken) =>
        TypedResults.Ok(await packages.ListAsync(context.Project().Id, cancellationToken));

    static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, HttpContext context, PackagesTable packages, CancellationToken cancellationToken) =>
        await packages.DeleteAsync(context.Project().Id, id, cancellationToken)
            ? TypedResults.NoContent()
            : Problems.NoSuch("package");

    static async Task<Results<Ok<PackageAnswer>, ProblemHttpResult>> TakeAsync(
        [FromQuery] bool? commit, HttpContext context, PackagesTable packages, CancellationToken cancellationToken)
    {
        await AtOnce.WaitAsync(cancellationToken);
        try
        {
            // A zip is read from its end, so it is whole on the disk first.
            await using var file = new FileStream(
                Path.Combine(Path.GetTempPath(), $"wildcam-package-{Guid.NewGuid():N}"), FileMode.CreateNew,
                FileAccess.ReadWrite, FileShare.None, 64 << 10, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
            await context.Request.Body.CopyToAsync(file, cancellationToken);
            file.Position = 0;
            using var package = PackageReading.Open(file);
            return TypedResults.Ok(await RunAsync(
                package, context.Project().Id, context.User.AccountId()!.Value, commit == true, packages,
                cancellationToken));
        }
        catch (FormatException fault)
        {
            return Problems.Invalid("body", fault.Message);
        }
        catch (InvalidDataException fault)
        {
            return Problems.Invalid("body", $"The zip is damaged: {fault.Message}");
        }
        finally
        {
            AtOnce.Release();
        }
    }

    internal static async Task<PackageAnswer> RunAsync(
        PackageReading package, int projectId, int accountId, bool commit, PackagesTable packages,
        CancellationToken cancellationToken)
    {
        var id = commit
            ? await packages.EnsureAsync(
                new NewPackage(
                    projectId, accountId, package.Name, package.Title,
                    package.Descriptor.RootElement.GetRawText().Replace("\\u0000", "", StringComparison.Ordinal)),
                cancellationToken)
            : Guid.Empty;
        var problems = new List<PackageProblem>();
        var (wrong, added) = (0, 0);
        var counts = new Dictionary<PackageTable, int>();
        var deployments = new HashSet<string>(StringComparer.Ordinal);
        var media = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in Enum.GetValues<PackageTable>())
        {
            counts[table] = 0;
            var batch = new List<PackageRow>(PackagesTable.BatchMax);
            await foreach (var (row, problem) in package.ReadAsync(table, deployments, media)
                .WithCancellation(cancellationToken))
            {
                if (row is not { } known)
                {
                    wrong++;
                    if (problems.Count < ProblemsMax)
                    {
                        problems.Add(problem!);
                    }

                    continue;
                }

                counts[table]++;
                batch.Add(known);
                if (commit && batch.Count == PackagesTable.BatchMax)
                {
                    added += await packages.AddRowsAsync(projectId, id, table, batch, cancellationToken);
                    batch.Clear();
                }
                else if (batch.Count == PackagesTable.BatchMax)
                {
                    batch.Clear();
                }
            }

            if (commit && batch.Count > 0)
            {
                added += await packages.AddRowsAsync(projectId, id, table, batch, cancellationToken);
            }
        }

        return new PackageAnswer(
            package.Name, package.Title, counts[PackageTable.Deployments], counts[PackageTable.Media],
            counts[PackageTable.Observations], added, wrong, problems, commit);
    }
}
