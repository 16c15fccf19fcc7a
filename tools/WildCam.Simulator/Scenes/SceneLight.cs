using System.Numerics;

namespace WildCam.Simulator.Scenes;

/// <summary>The light of one moment: day by the sun's height and the weather, or the camera's infrared lamp.</summary>
sealed record SceneLight
{
    /// <summary>Below this height of the sun the camera switches to infrared, in degrees.</summary>
    public const float InfraredBelowDegrees = -3.5f;

    const float LatitudeDegrees = 42f;
    const float SolarNoonHour = 12.6f;

    public required bool Infrared { get; init; }

    public required float SunDegrees { get; init; }

    public required Vector3 Sun { get; init; }

    /// <summary>How much of the sun comes from the left; the rest comes from the right.</summary>
    public required float FromLeft { get; init; }

    public required Vector3 Ambient { get; init; }

    public required Vector3 Haze { get; init; }

    /// <summary>Haze of one metre.</summary>
    public required float HazePerMetre { get; init; }

    public required Vector3 SkyTop { get; init; }

    public required Vector3 SkyLow { get; init; }

    public required Vector3 CloudColor { get; init; }

    public required float Cloudiness { get; init; }

    /// <summary>Standard deviation of the sensor's noise, in steps of 255.</summary>
    public required float Grain { get; init; }

    /// <summary>How much colour is lost: 0 none, 1 all. Small sensors in low light lose more.</summary>
    public required float Dull { get; init; }

    public required float Exposure { get; init; }

    /// <summary>Height of the sun over the horizon at a local time, in degrees.</summary>
    public static float SunHeight(DateTime local)
    {
        var declination = -23.4f * MathF.Cos(MathF.Tau * (local.DayOfYear + 10) / 365f) * MathF.PI / 180f;
        var hourAngle = ((float)local.TimeOfDay.TotalHours - SolarNoonHour) * MathF.PI / 12f;
        const float latitude = LatitudeDegrees * MathF.PI / 180f;
        var sine = (MathF.Sin(latitude) * MathF.Sin(declination))
            + (MathF.Cos(latitude) * MathF.Cos(declination) * MathF.Cos(hourAngle));
        return MathF.Asin(sine) * 180f / MathF.PI;
    }

    /// <summary>The light at a local time; the weather of a camera's hour follows from the seed.</summary>
    public static SceneLight At(DateTime local, ulong seed, Biome biome)
    {
        var height = SunHeight(local);
        var hours = (ulong)(local.Ticks / TimeSpan.TicksPerHour);
        var weather = SeededRandom.For(seed, 11, hours / 3);
        var jitter = SeededRandom.For(seed, 12, (ulong)(local.Ticks / TimeSpan.TicksPerMinute));
        var cloud = Math.Clamp(weather.Between(-0.25f, 1.2f) - (biome == Biome.Desert ? 0.45f : 0f), 0f, 1f);
        var exposure = 1f + (0.09f * jitter.Bell());
        if (height < InfraredBelowDegrees)
        {
            return Night(exposure, weather.Next(), biome);
        }

        var low = Math.Clamp(1f - (height / 22f), 0f, 1f);
        var dusk = Math.Clamp((4f - height) / 7f, 0f, 1f);
        var sunlight = (1f - (0.95f * Math.Clamp(cloud * 1.25f, 0f, 1f))) * Math.Clamp((height + 1f) / 9f, 0f, 1f);
        var sun = Vector3.Lerp(new Vector3(1.5f, 1.36f, 1.14f), new Vector3(1.75f, 1.05f, 0.5f),
            low) * sunlight * 1.55f;
        var clear = Vector3.Lerp(new Vector3(0.5f, 0.58f, 0.72f), new Vector3(0.56f, 0.52f, 0.6f), low);
        var grey = new Vector3(0.9f, 0.93f, 0.97f);
        var ambient = Vector3.Lerp(clear, grey, cloud * (1f - (0.5f * low)));
        ambient = Vector3.Lerp(ambient, new Vector3(0.44f, 0.5f, 0.68f), dusk);
        var noon = (float)local.TimeOfDay.TotalHours - SolarNoonHour;
        var white = biome is Biome.Snow ? 0.55f : biome is Biome.Desert ? 0.7f : 1f;
        var fog = weather.Chance(0.14) ? weather.Between(0.006f, 0.015f) : 0f;
        return new SceneLight
        {
            Infrared = false,
            SunDegrees = height,
            Sun = sun,
            FromLeft = Math.Clamp(0.5f - (noon / 7f), 0f, 1f),
            Ambient = ambient,
            Haze = Vector3.Lerp(new Vector3(0.66f, 0.75f, 0.88f), new Vector3(0.85f, 0.72f, 0.6f), low * (1f - cloud))
                * (0.85f - (0.35f * dusk)),
            HazePerMetre = 0.0035f + (0.004f * low) + fog,
            SkyTop = Vector3.Lerp(new Vector3(0.30f, 0.52f, 1.0f), new Vector3(0.42f, 0.5f, 0.78f),
                low) * (1f - (0.4f * dusk)),
            SkyLow = Vector3.Lerp(new Vector3(0.82f, 0.92f, 1.1f), new Vector3(1.2f, 0.86f, 0.62f),
                low) * (1f - (0.35f * dusk)),
            CloudColor = Vector3.Lerp(new Vector3(1.25f, 1.25f, 1.27f), new Vector3(1.0f, 0.8f, 0.72f), low)
                * (1f - (0.3f * cloud) - (0.3f * dusk)),
            Cloudiness = cloud,
            Grain = 2.6f + (2.2f * low) + (5f * dusk),
            Dull = 0.22f + (0.1f * cloud) + (0.3f * dusk),
            Exposure = exposure * white * (0.78f + (0.28f * cloud) + (0.12f * low)) * (1f - (0.3f * dusk)),
        };
    }

    static SceneLight Night(float exposure, float damp, Biome biome) => new()
    {
        Infrared = true,
        SunDegrees = -30,
        Sun = Vector3.Zero,
        FromLeft = 0.5f,
        Ambient = Vector3.Zero,
        Haze = Vector3.Zero,
        HazePerMetre = damp > 0.85f ? 0.03f : 0f,
        SkyTop = Vector3.Zero,
        SkyLow = Vector3.Zero,
        CloudColor = Vector3.Zero,
        Cloudiness = 1,
        Grain = 6.5f,
        Dull = 1f,
        Exposure = exposure * (biome is Biome.Snow ? 0.55f : biome is Biome.Desert ? 0.8f : 1f),
    };
}
