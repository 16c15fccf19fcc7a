namespace WildCam.Simulator.Scenes;

/// <summary>One thing that walks through a trigger's pictures.</summary>
/// <param name="Column">At the first picture, 0 to 1 of the width.</param>
/// <param name="Metres">From the camera.</param>
/// <param name="Yaw">0 walks to the right, half a turn to the left.</param>
readonly record struct Actor(float Column, float Metres, float Yaw, float MetresPerSecond, Pose Pose, float Size,
    ulong Look);

/// <summary>Why the camera fires, and who walks by. Follows from the seed alone.</summary>
sealed record SceneTrigger(SceneSubject Subject, SimulatedSpecies? Species, IReadOnlyList<Actor> Actors, float Wind,
    int Frames)
{
    /// <summary>Seconds between the pictures of a burst.</summary>
    public const float BurstGapSeconds = 0.8f;

    const double BlankShare = 0.33;
    const double PersonShare = 0.07;
    const double VehicleShare = 0.04;

    public static SceneTrigger Draw(ulong seed, Biome biome, DateTime local)
    {
        var random = SeededRandom.For(seed, 21);
        var roll = random.Next();
        var dark = SceneLight.SunHeight(local) < SceneLight.InfraredBelowDegrees;
        var frames = 1 + random.Below(3);
        if (roll < BlankShare)
        {
            // Wind in the grass is what most empty pictures come from.
            return new SceneTrigger(SceneSubject.Blank, null, [], random.Between(0.55f, 1f), frames);
        }

        var wind = random.Between(0f, 0.35f);
        if (roll < BlankShare + PersonShare)
        {
            var walker = Walk(ref random, random.Between(3.6f, 7.5f), 1.2f, 1f, 1);
            return new SceneTrigger(SceneSubject.Person, null, walker, wind, frames);
        }

        if (roll < BlankShare + PersonShare + VehicleShare
            && biome is Biome.Meadow or Biome.Desert or Biome.DeciduousForest)
        {
            var drive = Walk(ref random, random.Between(9f, 14f), dark ? 2.5f : 3.5f, 1f, 1);
            return new SceneTrigger(SceneSubject.Vehicle, null, drive, wind, frames);
        }

        var species = Choose(ref random, biome, local);
        var tall = species.Slug switch
        {
            "cervus-canadensis" => 1.45f,
            "odocoileus-hemionus" => 1f,
            "ursus-americanus" or "sus-scrofa" => 0.8f,
            "canis-latrans" or "lynx-rufus" or "vulpes-vulpes" or "meleagris-gallopavo" => 0.55f,
            _ => 0.3f,
        };
        var metres = 2.1f + (tall * random.Between(2.6f, 5.2f));
        var count = random.Chance(0.72) ? 1 : 1 + random.Below(species.GroupMax);
        var speed = random.Chance(0.4) ? 0f : random.Between(0.25f, 0.7f) * (0.4f + tall);
        return new SceneTrigger(SceneSubject.Animal, species,
            Walk(ref random, metres, speed, random.Between(0.92f, 1.08f), count),
            wind, frames);
    }

    static List<Actor> Walk(ref SeededRandom random, float metres, float speed, float size, int count)
    {
        var right = random.Chance(0.5);
        var yaw = random.Between(-0.75f, 0.75f) + (right ? 0f : MathF.PI);
        var column = random.Between(0.24f, 0.7f);
        var actors = new List<Actor>();
        for (var n = 0; n < count; n++)
        {
            var browsing = speed == 0f && random.Chance(0.5);
            actors.Add(new Actor(
                column + (n * random.Between(0.16f, 0.24f) * (column > 0.5f ? -1f : 1f)),
                metres * (n == 0 ? 1f : random.Between(0.9f, 1.35f)),
                yaw + (n == 0 ? 0f : random.Between(-0.4f, 0.4f)),
                speed * random.Between(0.85f, 1.15f),
                new Pose(random.Next(), speed > 0f ? random.Between(0.7f, 1.15f) : 0.28f,
                    browsing ? random.Between(0.75f, 1f)
                    : random.Between(0f, 0.3f), random.Chance(0.35) ? random.Between(0.4f, 1f)
                        : random.Between(-0.1f, 0.3f)),
                size * (n > 1 ? random.Between(0.6f, 0.95f) : 1f),
                random.NextUInt64()));
        }

        actors.Sort(static (a, b) => b.Metres.CompareTo(a.Metres));
        return actors;
    }

    static SimulatedSpecies Choose(ref SeededRandom random, Biome biome, DateTime local)
    {
        var total = 0f;
        foreach (var species in SimulatedSpecies.All)
        {
            total += Weight(species, biome, local);
        }

        var at = random.Next() * total;
        foreach (var species in SimulatedSpecies.All)
        {
            at -= Weight(species, biome, local);
            if (at < 0)
            {
                return species;
            }
        }

        return SimulatedSpecies.All[1];
    }

    static float Weight(SimulatedSpecies species, Biome biome, DateTime local) =>
        species.Biomes.Contains(biome) ? species.Activity[local.Hour] : 0f;
}
