using System.CommandLine;
using System.Globalization;
using WildCam.Faults;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;

var names = new Argument<string[]>("scenario") { Description = "Scenarios to run; all where none is named." };
var seed = new Option<int?>("--seed") { Description = "Decides everything random; drawn and printed where absent." };
var points = new Option<int>("--points") { Description = "Points a scenario.", DefaultValueFactory = _ => 20 };
var point = new Option<int?>("--point") { Description = "Only this point, to repeat one." };
var list = new Option<bool>("--list") { Description = "Name the scenarios and end." };
var command = new RootCommand("Break WildCam's world in seeded ways and check that nothing is lost.")
{
    names, seed, points, point, list,
};
command.SetAction(async (parse, cancellationToken) =>
{
    if (parse.GetValue(list))
    {
        foreach (var scenario in Scenario.All)
        {
            Console.WriteLine($"{scenario.Name,-24} {scenario.Says}");
        }

        return 0;
    }

    var asked = parse.GetValue(names) ?? [];
    var unknown = asked.FirstOrDefault(n => Scenario.All.All(s => s.Name != n));
    if (unknown is not null)
    {
        Console.Error.WriteLine(
            $"There is no scenario '{unknown}'. There are: {string.Join(", ", Scenario.All.Select(s => s.Name))}");
        return 2;
    }

    var chosen = Scenario.All.Where(s => asked.Length == 0 || asked.Contains(s.Name)).ToList();
    IReadOnlyList<int> numbers = parse.GetValue(point) is { } one
        ? [one]
        : [.. Enumerable.Range(1, parse.GetValue(points))];
    var folder = Path.Combine(
        Environment.GetEnvironmentVariable("WILDCAM_FAULTS_FOLDER") ?? Path.GetTempPath(),
        $"postgres-{Environment.ProcessId}");
    await using var server = await WorldServer.StartAsync(folder, WorldServer.Hasty);
    var holds = await new Campaign(server, Console.Out).RunAsync(
        chosen, parse.GetValue(seed) ?? Random.Shared.Next(), numbers, cancellationToken);
    return holds ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();
