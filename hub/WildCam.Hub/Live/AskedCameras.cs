using System.Collections.Concurrent;
using WildCam.Hub.Hosting;

namespace WildCam.Hub.Live;

/// <summary>A camera that was asked for frames until a time, over a link.</summary>
sealed record Asked(CameraLink Link, DateTimeOffset Until, bool IsWatchedElsewhere, FrameAssembly Assembly);

/// <summary>The cameras that this hub holds and asked for frames.</summary>
sealed class AskedCameras
{
    readonly ConcurrentDictionary<int, Asked> _asked = new();

    public IEnumerable<int> Ids => _asked.Keys;

    /// <summary>What was asked of a camera; null: nothing.</summary>
    public Asked? Find(int cameraId) => _asked.GetValueOrDefault(cameraId);

    /// <summary>The camera was asked for frames; null: to end them.</summary>
    public void Note(int cameraId, Asked? asked)
    {
        if (asked is not null)
        {
            _asked[cameraId] = asked;
        }
        else
        {
            _asked.TryRemove(cameraId, out _);
        }
    }
}
