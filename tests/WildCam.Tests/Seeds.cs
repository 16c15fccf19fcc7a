namespace WildCam.Tests;

/// <summary>Seeds of random tests: WILDCAM_SEED, or a new one, which the caller prints.</summary>
static class Seeds
{
    public static int Next() =>
        int.TryParse(Environment.GetEnvironmentVariable("WILDCAM_SEED"), out var seed)
            ? seed
            : Random.Shared.Next();
}
