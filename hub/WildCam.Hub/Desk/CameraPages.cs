using WildCam.Storage;
using WildCam.Storage.Desk;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Desk;

/// <summary>A camera, judged, with the names that its page shows.</summary>
public sealed record CameraView(CameraRow Camera, CameraState State, ProjectDirectory Names, DateTimeOffset Now)
{
    public TimeZoneInfo Zone(Frame frame) => Shown.ZoneOf(Camera.SiteId, Names, frame.Zone);
}

/// <summary>Reads a camera for its own pages.</summary>
sealed class CameraPages(
    CameraPagesTable cameras, AlertRulesTable rules, OperationalGapsTable gaps, GalleryPages galleries,
    TimeProvider time)
{
    /// <summary>The camera of this code; null: the project has none.</summary>
    public async Task<CameraView?> FindAsync(DeskProject project, string code, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (await cameras.FindAsync(project.Id, code.ToLowerInvariant(), now, cancellationToken) is not { } camera)
        {
            return null;
        }

        var names = await galleries.NamesAsync(project, cancellationToken);
        var limits = (await rules.ReadAsync(project.Id, cancellationToken)).Limits;
        var zone = Shown.ZoneOf(camera.SiteId, names, SiteTime.Zone(project.ZoneName));
        return new CameraView(camera, CameraState.Of(camera.Facts, limits, now, zone), names, now);
    }

    public Task<IReadOnlyList<DeploymentRow>> ListDeploymentsAsync(
        int cameraId, Role role, CancellationToken cancellationToken) =>
        cameras.ListDeploymentsAsync(cameraId, role, cancellationToken);

    /// <summary>How long the camera worked in each of its deployments until now.</summary>
    public Task<IReadOnlyList<TrapEffort>> ReadEffortAsync(
        DeskProject project, CameraView view, CancellationToken cancellationToken) => gaps.ReadEffortAsync(
        project.Id, view.Camera.Id, DateTimeOffset.UnixEpoch, view.Now, cancellationToken);
}
