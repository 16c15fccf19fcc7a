using System.Text;

namespace WildCam.Hub.Imports;

/// <summary>A row of a table; <paramref name="Line"/> is where it begins in the file, from 1.</summary>
public sealed record CsvRow(int Line, IReadOnlyList<string> Fields);

/// <summary>
/// Reads comma-separated values (RFC 4180) row by row: quoted fields may hold commas, quotes and line ends. An
/// apostrophe that stands before a formula was put there by an export and goes.
/// </summary>
public sealed class CsvReader(TextReader text)
{
    /// <summary>Longest row; a file that never closes a quote is not read whole.</summary>
    public const int RowCharsMax = 1 << 20;

    /// <summary>Most fields of a row.</summary>
    public const int FieldsMax = 500;

    readonly char[] _buffer = new char[16 << 10];
    readonly StringBuilder _field = new();
    int _at;
    int _filled;
    int _line = 1;

    /// <summary>The next row; null at the end.</summary>
    /// <exception cref="InvalidDataException">A row is longer than any that is taken.</exception>
    public async ValueTask<CsvRow?> ReadAsync(CancellationToken cancellationToken)
    {
        var fields = new List<string>();
        var (line, chars, quoted, wasQuoted) = (_line, 0, false, false);
        _field.Clear();
        while (true)
        {
            if (_at == _filled && !await FillAsync(cancellationToken))
            {
                if (fields.Count == 0 && _field.Length == 0 && !wasQuoted)
                {
                    return null;
                }

                fields.Add(Take());
                return new CsvRow(line, fields);
            }

            var c = _buffer[_at++];
            if (++chars > RowCharsMax || fields.Count > FieldsMax)
            {
                throw new InvalidDataException(
                    $"The row at line {line} is over RowCharsMax ({RowCharsMax}) or FieldsMax ({FieldsMax}).");
            }

            if (c == '\n')
            {
                _line++;
            }

            if (quoted)
            {
                if (c != '"')
                {
                    _field.Append(c);
                }
                else if (await PeekAsync(cancellationToken) == '"')
                {
                    _field.Append('"');
                    _at++;
                }
                else
                {
                    quoted = false;
                }
            }
            else if (c == '"' && _field.Length == 0)
            {
                (quoted, wasQuoted) = (true, true);
            }
            else if (c == ',')
            {
                fields.Add(Take());
            }
            else if (c == '\n')
            {
                if (fields.Count == 0 && _field.Length == 0 && !wasQuoted)
                {
                    (line, chars) = (_line, 0); // An empty line is no row.
                    continue;
                }

                fields.Add(Take());
                return new CsvRow(line, fields);
            }
            else if (c != '\r' || await PeekAsync(cancellationToken) is not '\n')
            {
                _field.Append(c);
            }
        }
    }

    string Take()
    {
        var field = _field.ToString();
        _field.Clear();
        return field is ['\'', '=' or '+' or '-' or '@' or '\t' or '\r', ..] ? field[1..] : field;
    }

    async ValueTask<char?> PeekAsync(CancellationToken cancellationToken) =>
        _at < _filled || await FillAsync(cancellationToken) ? _buffer[_at] : null;

    async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _at = 0;
        _filled = await text.ReadAsync(_buffer.AsMemory(), cancellationToken);
        return _filled > 0;
    }
}
