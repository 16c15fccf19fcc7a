namespace WildCam.Worlds;

/// <summary>A promise was broken, or the world around it could not be made; the message says which.</summary>
public sealed class WorldException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Says what must hold, in a world outside of any test framework.</summary>
static class Must
{
    /// <exception cref="WorldException">It does not hold.</exception>
    public static void Hold(bool condition, string complaint)
    {
        if (!condition)
        {
            throw new WorldException(complaint);
        }
    }

    /// <exception cref="WorldException">They differ.</exception>
    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new WorldException($"{what}: expected {expected}, found {actual}");
        }
    }
}
