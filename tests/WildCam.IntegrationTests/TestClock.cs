namespace WildCam.IntegrationTests;

/// <summary>A clock that a test moves.</summary>
public sealed class TestClock : TimeProvider
{
    DateTimeOffset _now = DateTimeOffset.UtcNow;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
