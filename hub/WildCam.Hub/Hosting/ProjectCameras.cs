using WildCam.Storage.Cameras;

namespace WildCam.Hub.Hosting;

/// <summary>Cameras of the project that a route opened.</summary>
static class ProjectCameras
{
    const int CodeCharsMax = 32;

    /// <summary>
    /// The camera of this code in the open project; null: none, or of another project, which is the same.
    /// </summary>
    public static async Task<Camera?> FindAsync(
        HttpContext context, CamerasTable cameras, string code, CancellationToken cancellationToken) =>
        code.Length <= CodeCharsMax && !code.Contains('\0', StringComparison.Ordinal)
        && await cameras.FindByCodeAsync(code.ToLowerInvariant(), cancellationToken) is { } camera
        && camera.ProjectId == context.Project().Id
            ? camera
            : null;
}
