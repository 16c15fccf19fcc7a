namespace WildCam.Storage.Charts;

/// <summary>
/// Where a point of the earth lies, as a unit vector: a straight line between two is compared without trigonometry.
/// </summary>
sealed record EarthPoint(double X, double Y, double Z)
{
    const double Kilometres = 6371;

    /// <summary>Of WGS 84 degrees, taken for those of a sphere.</summary>
    public static EarthPoint Of(double latitude, double longitude)
    {
        var (sinLatitude, cosLatitude) = Math.SinCos(double.DegreesToRadians(latitude));
        var (sinLongitude, cosLongitude) = Math.SinCos(double.DegreesToRadians(longitude));
        return new EarthPoint(cosLatitude * cosLongitude, cosLatitude * sinLongitude, sinLatitude);
    }

    /// <summary>The square of the straight line below an arc of so many kilometres on a sphere of 6371 km.</summary>
    public static double SquareBelow(double kilometres)
    {
        var line = 2 * Math.Sin(Math.Min(kilometres / Kilometres, Math.PI) / 2);
        return line * line;
    }

    /// <summary>The square of the straight line to another, 0 to 4.</summary>
    public double SquareTo(EarthPoint other)
    {
        var (x, y, z) = (X - other.X, Y - other.Y, Z - other.Z);
        return x * x + y * y + z * z;
    }
}

/// <summary>
/// Counts at which site a species was seen next, where that was so near and so soon. Species come one after another.
/// </summary>
/// <param name="sites">Sites with coordinates, by id; any other is near none.</param>
/// <param name="kilometresMax">Between the two sites, on a sphere of 6371 km.</param>
/// <param name="millisecondsMax">Between the two sightings.</param>
sealed class MoveCounter(IReadOnlyDictionary<int, EarthPoint> sites, double kilometresMax, long millisecondsMax)
{
    readonly double _squareMax = EarthPoint.SquareBelow(kilometresMax);
    readonly List<(long At, int SiteId)> _seen = [];
    readonly Dictionary<long, List<long>> _took = [];
    readonly List<Move> _moves = [];
    int _taxonId;
    bool _isOrdered = true;

    /// <summary>Of a species and a day; days of one species follow each other.</summary>
    public void Add(int taxonId, ReadOnlySpan<Sighting> day)
    {
        if (taxonId != _taxonId)
        {
            EndSpecies();
            _taxonId = taxonId;
        }

        foreach (ref readonly var sighting in day)
        {
            if (sighting.IsAtSite)
            {
                // Dates of sites in different zones overlap, so that a day may begin before the one before it ended.
                _isOrdered &= _seen.Count == 0 || sighting.At >= _seen[^1].At;
                _seen.Add((sighting.At, sighting.SiteId));
            }
        }
    }

    /// <summary>The commonest first.</summary>
    public IReadOnlyList<Move> ToMoves()
    {
        EndSpecies();
        return
        [
            .. _moves.OrderByDescending(m => m.Times).ThenBy(m => m.TaxonId).ThenBy(m => m.FromSiteId)
                .ThenBy(m => m.ToSiteId),
        ];
    }

    void EndSpecies()
    {
        if (!_isOrdered)
        {
            _seen.Sort();
        }

        for (var i = 1; i < _seen.Count; i++)
        {
            var (from, next) = (_seen[i - 1], _seen[i]);
            if (next.At - from.At <= millisecondsMax && from.SiteId != next.SiteId && AreNear(from.SiteId, next.SiteId))
            {
                var pair = ((long)from.SiteId << 32) | (uint)next.SiteId;
                if (!_took.TryGetValue(pair, out var took))
                {
                    _took[pair] = took = [];
                }

                took.Add(next.At - from.At);
            }
        }

        foreach (var (pair, took) in _took)
        {
            _moves.Add(new Move(
                _taxonId, (int)(pair >> 32), (int)pair, took.Count, Median(took) / TimeSpan.MillisecondsPerMinute));
        }

        _took.Clear();
        _seen.Clear();
        _isOrdered = true;
    }

    bool AreNear(int one, int other) =>
        sites.TryGetValue(one, out var here) && sites.TryGetValue(other, out var there)
        && here.SquareTo(there) <= _squareMax;

    static double Median(List<long> values)
    {
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2.0;
    }
}
