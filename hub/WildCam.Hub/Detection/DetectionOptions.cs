using System.ComponentModel.DataAnnotations;

namespace WildCam.Hub.Detection;

/// <summary>How pictures are looked at; section WildCam:Detection.</summary>
public sealed class DetectionOptions
{
    public const string Section = "WildCam:Detection";

    /// <summary>Path of libonnxruntime.so.1; empty: the project's own copy, else the system's.</summary>
    public string OnnxRuntimeLibrary { get; set; } = "";

    /// <summary>Pictures looked at at once in one hub; 0: as many as it has cores.</summary>
    [Range(0, 256)]
    public int ParallelMax { get; set; }

    /// <summary>Threads for one picture. One is best while many pictures wait.</summary>
    [Range(1, 64)]
    public int Threads { get; set; } = 1;
}
