using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using WildCam.Hub.Detection.Onnx;
using WildCam.Hub.Hosting;
using WildCam.Storage.Blobs;
using WildCam.Storage.Detection;

namespace WildCam.Hub.Detection;

/// <summary>What became of a model that was to be added: its id, or why not.</summary>
sealed record AddedModel(int? Id, string? Problem);

/// <summary>
/// Takes models in and loads them. A model is added only after its shapes were held against its family and it looked
/// at a test picture; the hubs notice the active one by the database.
/// </summary>
sealed class ModelCatalogue(
    ModelsTable models, IBlobStore blobs, DetectionOptions options, TimeProvider clock)
{
    const string Runtime = "libonnxruntime.so.1";

    readonly Lazy<OnnxLibrary> _library = new(() => OnnxLibrary.Load(LibraryPaths(options)));

    /// <summary>Checks a model, stores its weights and lists it; activates it if wanted.</summary>
    public async Task<AddedModel> AddAsync(
        ReadOnlyMemory<byte> weights, ModelManifest manifest, bool activate, CancellationToken cancellationToken)
    {
        if (FindProblem(weights.Span, manifest) is { } problem)
        {
            return new AddedModel(null, problem);
        }

        var sha256 = SHA256.HashData(weights.Span);
        var path = $"models/{Convert.ToHexStringLower(sha256)}.onnx";
        await blobs.PutAsync(path, new ReadOnlySequence<byte>(weights), cancellationToken);
        var id = await models.AddAsync(
            new NewModel(
                manifest.Name, manifest.Version, manifest.Family.ToString().ToLowerInvariant(), sha256,
                manifest.Write(), path),
            cancellationToken);
        if (id is null)
        {
            return new AddedModel(
                null, $"{manifest.Name} {manifest.Version} is here already with other weights. Name another version.");
        }

        if (activate)
        {
            await ActivateAsync(id.Value, cancellationToken);
        }

        return new AddedModel(id, null);
    }

    /// <summary>What keeps a model from being used; null where nothing does.</summary>
    public string? FindProblem(ReadOnlySpan<byte> weights, ModelManifest manifest)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(weights));
        if (manifest.Sha256 is { } named && !named.Equals(sha256, StringComparison.OrdinalIgnoreCase))
        {
            return $"The file's SHA-256 is {sha256}, but the manifest names {named}.";
        }

        try
        {
            OnnxDetector.Load(_library.Value, weights, manifest, 0, options.Threads).Dispose();
            return null;
        }
        catch (OnnxException fault)
        {
            return fault.Message;
        }
    }

    /// <summary>Makes a model the active one; all captures up to now follow, fresh ones first.</summary>
    public Task ActivateAsync(int id, CancellationToken cancellationToken) =>
        models.ActivateAsync(id, clock.GetUtcNow(), cancellationToken);

    /// <summary>A listed model, in a process of its own, ready to look at pictures.</summary>
    /// <exception cref="OnnxException">It cannot be used; the message says why.</exception>
    public async Task<DetectorProcess> LoadAsync(Model model, CancellationToken cancellationToken)
    {
        var path = model.BlobPath ?? throw new OnnxException($"The model {model.Name} has no weights.");
        using var weights = await BlobBytes.TryReadAsync(blobs, path, cancellationToken)
            ?? throw new OnnxException($"The weights {path} are missing.");
        return SHA256.HashData(weights.Span).AsSpan().SequenceEqual(model.Sha256)
            ? await DetectorProcess.StartAsync(
                model, weights.Memory, LibraryPaths(options), options, cancellationToken)
            : throw new OnnxException($"The weights {path} are not those that were added.");
    }

    /// <summary>Where the runtime may lie: as configured, as npm restored it, as the system has it.</summary>
    internal static IReadOnlyList<string> LibraryPaths(DetectionOptions options)
    {
        if (options.OnnxRuntimeLibrary.Length > 0)
        {
            return [options.OnnxRuntimeLibrary];
        }

        var machine = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        var paths = new List<string>();
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        for (; folder is not null; folder = folder.Parent)
        {
            var package = Path.Combine(folder.FullName, ".wildcam/components/node_modules/onnxruntime-node/bin");
            if (Directory.Exists(package))
            {
                paths.AddRange(Directory.GetDirectories(package, "napi-v*")
                    .OrderDescending(StringComparer.Ordinal)
                    .Select(version => Path.Combine(version, "linux", machine, Runtime))
                    .Where(File.Exists));
            }
        }

        return [.. paths, Runtime];
    }
}
