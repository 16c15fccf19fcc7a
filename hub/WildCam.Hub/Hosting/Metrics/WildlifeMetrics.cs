using System.Diagnostics.Metrics;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Hosting.Metrics;

/// <summary>
/// Figures of cameras and wildlife. A camera is labelled by its code, a species by its slug: both are few, and grow
/// only when a person adds one.
/// </summary>
public sealed class WildlifeMetrics
{
    public const string MeterName = "WildCam.Wildlife";

    readonly Counter<long> _detections;
    readonly Histogram<double> _seconds;
    volatile IReadOnlyList<CameraOverview> _cameras = [];
    volatile int _active;

    public WildlifeMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        _detections = meter.CreateCounter<long>(
            "wildcam_wildlife_detections_total", null, "Detections of the active model, by camera and species.");
        _seconds = meter.CreateHistogram<double>(
            "wildcam_detection_processing_seconds", "s", "Time of a detection, by camera.");
        meter.CreateObservableGauge(
            "wildcam_active_cameras_total", () => _active, null, "Cameras in service that were heard of in time.");
        meter.CreateObservableGauge("wildcam_camera_last_seen_timestamp", LastSeen, "s",
            "When a camera was heard of last, in Unix seconds.");
    }

    /// <summary>A capture was looked at; species is the taxon's slug, or the category where there is none.</summary>
    public void RecordDetections(string camera, TimeSpan took, IEnumerable<string> species)
    {
        ArgumentNullException.ThrowIfNull(species);
        var label = new KeyValuePair<string, object?>("camera_id", camera);
        _seconds.Record(took.TotalSeconds, label);
        foreach (var one in species)
        {
            _detections.Add(1, label, new KeyValuePair<string, object?>("species", one));
        }
    }

    /// <summary>Takes over what is known of the cameras now.</summary>
    public void UpdateCameras(IReadOnlyList<CameraOverview> cameras, DateTimeOffset now)
    {
        _cameras = cameras;
        _active = cameras.Count(c => c is { RevokedAt: null, LastSeenAt: not null } && !c.IsOffline(now));
    }

    IEnumerable<Measurement<double>> LastSeen() => _cameras.Where(c => c.LastSeenAt is not null).Select(c =>
        new Measurement<double>(
            c.LastSeenAt!.Value.ToUnixTimeMilliseconds() / 1000.0,
            new KeyValuePair<string, object?>("camera_id", c.Code),
            new KeyValuePair<string, object?>("location", c.SiteSlug ?? "")));
}
