namespace WildCam.Hub.Desk.Charts;

/// <summary>One of the charts: its place in addresses, its name and what makes it.</summary>
public sealed record ChartKind(
    string Name, string Word, string Answers, Func<ChartData, CancellationToken, Task<ChartView>> ReadAsync,
    int YearsDefault = 1)
{
    /// <summary>In the order of the page; the first four are what most people come for.</summary>
    public static IReadOnlyList<ChartKind> All { get; } =
    [
        new("activity", "Activity by hour", "When in the day a species is active", TimeCharts.ActivityAsync),
        new("time", "Over time", "How often it was seen, week by week", TimeCharts.OverTimeAsync),
        new("effort", "Trap effort", "Where and when cameras worked", PlaceCharts.EffortAsync),
        new("rates", "Map of rates", "Where it is seen most, by effort", PlaceCharts.RatesAsync),
        new("abundance", "Relative abundance", "How often each species is seen, by effort",
            SpeciesCharts.AbundanceAsync),
        new("accumulation", "Species found", "How many species, and whether there are more",
            SpeciesCharts.AccumulationAsync),
        new("heat", "Hour by month", "When in the year and the day", TimeCharts.HeatAsync),
        new("overlap", "Overlap of two", "Whether two species share their hours", TimeCharts.OverlapAsync),
        new("occupancy", "Occupancy", "At how many sites, and the detection history", PlaceCharts.OccupancyAsync),
        new("movement", "Between sites", "Where a species is seen next", PlaceCharts.MovementAsync),
        new("seasonal", "Unusual weeks", "What differs from the same season of other years",
            SpeciesCharts.SeasonalAsync, YearsDefault: 4),
    ];

    public static ChartKind? Find(string name) => All.FirstOrDefault(k => k.Name == name);
}
