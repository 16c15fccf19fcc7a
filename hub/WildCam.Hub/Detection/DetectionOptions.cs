using System.ComponentModel.DataAnnotations;

namespace WildCam.Hub.Detection;

/// <summary>How pictures are looked at; section WildCam:Detection.</summary>
public sealed class DetectionOptions
{
    public const string Section = "WildCam:Detection";

    /// <summary>Path of libonnxruntime.so.1; empty: the project's own copy, else the system's.</summary>
    public string OnnxRuntimeLibrary { get; set; } = "";

    /// <summary>
    /// Batches at work at once in one hub; 0: twice as many as it has cores, so that reading and filing of some goes
    /// on while the others compute.
    /// </summary>
    [Range(0, 256)]
    public int ParallelMax { get; set; }

    /// <summary>Threads for one picture. One is best while many pictures wait.</summary>
    [Range(1, 64)]
    public int Threads { get; set; } = 1;

    /// <summary>Longest look at one picture; then the model's process is ended. Large ones need seconds.</summary>
    [Range(1, 100)]
    public int LookSecondsMax { get; set; } = 60;

    /// <summary>Longest time for loading a model; large ones have half a gigabyte of weights.</summary>
    [Range(1, 600)]
    public int LoadSecondsMax { get; set; } = 120;

    /// <summary>Most resident memory of the model's process; then it is ended.</summary>
    [Range(100, 1_000_000)]
    public int ProcessMegabytesMax { get; set; } = 4000;
}
