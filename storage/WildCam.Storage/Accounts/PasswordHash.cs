using System.Security.Cryptography;

namespace WildCam.Storage.Accounts;

/// <summary>
/// Passwords of people as "pbkdf2-sha256$iterations$salt$hash", so that the cost can rise and old ones still count.
/// </summary>
public static class PasswordHash
{
    /// <summary>Cost of a new hash; OWASP's advice for PBKDF2 with SHA-256 is 600,000.</summary>
    public const int Iterations = 600_000;

    /// <summary>Highest cost that is believed of a stored hash, so that a bad row cannot stop the hub.</summary>
    public const int IterationsMax = 10_000_000;

    public const int PasswordCharsMin = 10;
    public const int PasswordCharsMax = 200;

    const string Version = "pbkdf2-sha256";
    const int SaltBytes = 16;
    const int HashBytes = 32;

    // Compared with when there is no such account, so that the answer takes as long.
    static readonly string Nobody = Create("nobody has this password");

    public static string Create(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, HashAlgorithmName.SHA256, HashBytes);
        return $"{Version}${Iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}";
    }

    /// <summary>Whether the password is right; as slow when there is nothing to compare it with.</summary>
    public static bool Matches(string password, string? stored)
    {
        var parts = (stored ?? Nobody).Split('$');
        if (parts.Length != 4 || parts[0] != Version
            || !int.TryParse(parts[1], out var iterations) || iterations is < 1 or > IterationsMax)
        {
            return false;
        }

        var expected = Convert.FromBase64String(parts[3]);
        var hash = Rfc2898DeriveBytes.Pbkdf2(
            password, Convert.FromBase64String(parts[2]), iterations, HashAlgorithmName.SHA256, expected.Length);
        return CryptographicOperations.FixedTimeEquals(hash, expected) && stored is not null;
    }

    /// <summary>Whether a right password should be hashed anew at today's cost.</summary>
    public static bool IsWeak(string stored) =>
        !stored.StartsWith($"{Version}${Iterations}$", StringComparison.Ordinal);
}
