using System.Globalization;

namespace WildCam.Faults.Hostile;

/// <summary>The highest resident memory of a process since it was last asked, as the kernel counts it.</summary>
sealed class PeakMemory(int processId)
{
    const string ResetPeak = "5"; // proc(5), clear_refs

    public void Reset() => File.WriteAllText($"/proc/{processId}/clear_refs", ResetPeak);

    public long Bytes => Read("VmHWM:");

    public long NowBytes => Read("VmRSS:");

    long Read(string field)
    {
        var line = File.ReadLines($"/proc/{processId}/status")
            .First(l => l.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(field.Length).Trim()[..^2].Trim(), CultureInfo.InvariantCulture) * 1024;
    }
}
