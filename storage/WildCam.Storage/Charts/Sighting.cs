using System.Buffers.Binary;

namespace WildCam.Storage.Charts;

/// <summary>An event in which a species was seen, as sighting_days keeps it.</summary>
/// <param name="At">When it began, in milliseconds since 1970 UTC.</param>
/// <param name="Date">The date at the site.</param>
/// <param name="Minute">Of the site's day, 0 to 1439.</param>
/// <param name="Place">The site; where there is none, the camera's id below zero.</param>
/// <param name="Score">Of the model; infinite where a person or a simulator spoke.</param>
/// <param name="Animals">The most in one picture.</param>
readonly record struct Sighting(long At, DateOnly Date, short Minute, int Place, float Score, int Animals)
{
    /// <summary>Bytes of one; the migration that makes the table tells their order.</summary>
    public const int Size = 18;

    static readonly int s_firstDay = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    public bool IsAtSite => Place > 0;

    /// <summary>0 at none.</summary>
    public int SiteId => Math.Max(Place, 0);

    /// <summary>The first of those that are packed for a date.</summary>
    public static Sighting Read(ReadOnlySpan<byte> packed, DateOnly date) => new(
        (date.DayNumber - s_firstDay) * (long)TimeSpan.MillisecondsPerDay
            + BinaryPrimitives.ReadInt32BigEndian(packed),
        date, BinaryPrimitives.ReadInt16BigEndian(packed[4..]), BinaryPrimitives.ReadInt32BigEndian(packed[6..]),
        BinaryPrimitives.ReadSingleBigEndian(packed[10..]), BinaryPrimitives.ReadInt32BigEndian(packed[14..]));
}
