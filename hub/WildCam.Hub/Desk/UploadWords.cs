using System.Buffers.Binary;
using WildCam.Storage.Ingest;

namespace WildCam.Hub.Desk;

/// <summary>The sentences about uploads that were broken off.</summary>
static class UploadWords
{
    public const string WhatItMeans =
        "The rest of these uploads did not come in time. Nothing is lost by that: each picture is waiting on the "
        + "camera and is sent again. Many of them mean a weak link or an empty battery.";

    /// <summary>The jobs page's line; null where nothing was given up.</summary>
    public static string? Lately(AbandonedCount count)
    {
        if (count.GivenUp == 0)
        {
            return null;
        }

        var givenUp = count.GivenUp == 1
            ? "1 upload was given up in the last 24 hours: its camera sends it again."
            : $"{JobsWords.Count(count.GivenUp)} uploads were given up in the last 24 hours: "
                + "their cameras send them again.";
        return count.Arrived switch
        {
            0 => givenUp,
            var all when all == count.GivenUp => count.GivenUp == 1
                ? $"{givenUp} It has arrived since."
                : $"{givenUp} All of them have arrived since.",
            1 => $"{givenUp} 1 has arrived since.",
            var n => $"{givenUp} {JobsWords.Count(n)} have arrived since.",
        };
    }

    /// <summary>The heading of a camera's list.</summary>
    public static string OfCamera(IReadOnlyList<AbandonedUploadRow> uploads)
    {
        var missing = uploads.Count(u => u.State == AbandonedState.Missing);
        var givenUp = uploads.Count == 1 ? "1 upload given up" : $"{Texts.Number(uploads.Count)} uploads given up";
        return missing switch
        {
            0 when uploads.Count == 1 => $"{givenUp} in 30 days, arrived since",
            0 => $"{givenUp} in 30 days, all arrived since",
            _ => $"{givenUp} in 30 days, {Texts.Number(missing)} not here yet",
        };
    }

    /// <summary>The number that the camera gave the picture.</summary>
    public static string NumberOf(AbandonedUploadRow upload) =>
        $"Number {BinaryPrimitives.ReadUInt64LittleEndian(upload.DeviceCaptureId.AsSpan(sizeof(ulong)))}";

    public static string Part(AbandonedUploadRow upload) =>
        $"{Texts.Size(upload.ReceivedBytes)} of {Texts.Size(upload.SizeBytes)}";

    public static (string Tone, string Icon, string Word) State(AbandonedState state) => state switch
    {
        AbandonedState.Stored => ("good", "good", "Safely stored"),
        AbandonedState.Held => ("late", "late", "Held: arrived damaged"),
        AbandonedState.Erased => ("none", "off", "Arrived, erased since"),
        _ => ("asleep", "late", "Not here yet"),
    };
}
