namespace WildCam.Storage.Accounts;

/// <summary>
/// Slows guessing down. An address of the net that fails waits longer each time, alone for the account it tried and for
/// all accounts together; an account that is tried from many addresses answers slowly, but nobody is ever locked out.
/// </summary>
public sealed class SignInBackoff(TimeProvider time)
{
    /// <summary>Failures of one address on one account before it has to wait.</summary>
    public const int PairFreeTries = 4;

    /// <summary>Failures of one address on whatever accounts before it has to wait.</summary>
    public const int AddressFreeTries = 20;

    /// <summary>Failures on one account, from anywhere, before its answers slow down.</summary>
    public const int AccountFreeTries = 20;

    /// <summary>Most entries kept; the oldest half goes when it is reached.</summary>
    public const int EntriesMax = 20_000;

    /// <summary>Longest wait between two tries of one address.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(5);

    /// <summary>Longest that an answer is held back.</summary>
    public static readonly TimeSpan SlowMax = TimeSpan.FromSeconds(3);

    /// <summary>Failures are forgotten after this long without another.</summary>
    public static readonly TimeSpan Forget = TimeSpan.FromHours(1);

    readonly Lock _gate = new();
    readonly Dictionary<string, Failures> _failures = new(StringComparer.Ordinal);

    /// <summary>How long the address has to wait before it may try the account; zero: not at all.</summary>
    public TimeSpan WaitFor(string account, string address)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            var pair = Wait(PairKey(account, address), PairFreeTries, now);
            var alone = Wait(AddressKey(address), AddressFreeTries, now);
            return pair > alone ? pair : alone;
        }
    }

    /// <summary>How long the answer about an account is to be held back.</summary>
    public TimeSpan SlownessOf(string account)
    {
        lock (_gate)
        {
            var over = Count(AccountKey(account), time.GetUtcNow()) - AccountFreeTries;
            return over <= 0 ? TimeSpan.Zero : Least(SlowMax, TimeSpan.FromMilliseconds(50 * over));
        }
    }

    public void Failed(string account, string address)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            foreach (var key in new[] { PairKey(account, address), AddressKey(address), AccountKey(account) })
            {
                _failures[key] = new Failures(Count(key, now) + 1, now);
            }

            if (_failures.Count > EntriesMax)
            {
                foreach (var (key, _) in _failures.OrderBy(f => f.Value.LastAt).Take(EntriesMax / 2).ToList())
                {
                    _failures.Remove(key);
                }
            }
        }
    }

    public void Succeeded(string account, string address)
    {
        lock (_gate)
        {
            _failures.Remove(PairKey(account, address));
        }
    }

    TimeSpan Wait(string key, int freeTries, DateTimeOffset now)
    {
        var over = Count(key, now) - freeTries;
        if (over < 0)
        {
            return TimeSpan.Zero;
        }

        var pause = Least(WaitMax, TimeSpan.FromSeconds(Math.Pow(2, Math.Min(over, 20))));
        var left = _failures[key].LastAt + pause - now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    int Count(string key, DateTimeOffset now) =>
        _failures.TryGetValue(key, out var failures) && now - failures.LastAt < Forget ? failures.Count : 0;

    static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    static string PairKey(string account, string address) => $"p {address} {account}";

    static string AddressKey(string address) => $"i {address}";

    static string AccountKey(string account) => $"a {account}";

    readonly record struct Failures(int Count, DateTimeOffset LastAt);
}
