using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace WildCam.IntegrationTests.Storage;

/// <summary>
/// The plans of everything that a data source runs, of statements in functions too: the server's auto_explain sends
/// each as a notice, and this takes them out of the driver's log.
/// </summary>
sealed partial class PlanLog : ILoggerFactory, ILogger
{
    static readonly string[] Explain =
        [
            "session_preload_libraries=auto_explain", "auto_explain.log_min_duration=0",
            "auto_explain.log_level=notice", "auto_explain.log_nested_statements=on", "client_min_messages=notice",
            "enable_seqscan=off",
        ];

    readonly ConcurrentQueue<string> _texts = new();

    /// <summary>A data source whose plans come here. Sequential scans are dear in it.</summary>
    public NpgsqlDataSource Open(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(connectionString)
        {
            Options = string.Join(' ', Explain.Select(o => "-c " + o)),
        }.ConnectionString);
        builder.UseLoggerFactory(this);
        return builder.Build();
    }

    /// <summary>The plan of the one query that holds this text.</summary>
    public string Of(string query)
    {
        var found = _texts.Where(t => t.Contains(query, StringComparison.Ordinal)).ToList();
        Assert.True(found.Count == 1, $"{found.Count} plans of '{query}' among:\n{string.Join('\n', _texts)}");
        var text = found[0];
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        return text;
    }

    public void Clear() => _texts.Clear();

    /// <summary>The months of a table that a plan scans.</summary>
    public static IEnumerable<string> Partitions(string plan, string table) =>
        Scanned().Matches(plan).Select(m => m.Groups["name"].Value)
            .Where(n => n.StartsWith(table + "_", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        var text = formatter(state, exception);
        if (text.Contains("Query Text:", StringComparison.Ordinal))
        {
            _texts.Enqueue(text);
        }
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    [GeneratedRegex(
        @"Scan.* on (?<name>\w+_\d{4}_\d\d)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    internal static partial Regex Scanned();
}
