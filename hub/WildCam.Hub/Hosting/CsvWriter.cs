using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace WildCam.Hub.Hosting;

/// <summary>
/// Rows of comma-separated values in UTF-8 (RFC 4180). Text that a spreadsheet would take for a formula gets an
/// apostrophe in front.
/// </summary>
/// <param name="lineEnd">Readers take either; tools of the field write and expect a line feed alone.</param>
sealed class CsvWriter(Stream target, string lineEnd = "\n") : IDisposable
{
    const int BufferBytes = 64 << 10;

    /// <summary>Room that a number, a time or an id takes at most.</summary>
    const int ShortBytesMax = 64;

    static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    int _at;
    bool _inRow;

    public CsvWriter Header(ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            Raw(name);
        }

        return End();
    }

    /// <summary>Text of a person, a file or a camera.</summary>
    /// <param name="isNumber">The column holds numbers; one that is none is text all the same.</param>
    public CsvWriter Text(string? text, bool isNumber = false)
    {
        Separate();
        if (string.IsNullOrEmpty(text))
        {
            return this;
        }

        var isFormula = IsFormula(text)
            && !(isNumber && double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _));
        if (!isFormula && text.AsSpan().IndexOfAny(Quoted) < 0)
        {
            Append(text);
            return this;
        }

        Append("\"");
        if (isFormula)
        {
            Append("'");
        }

        Append(text.Contains('"', StringComparison.Ordinal)
            ? text.Replace("\"", "\"\"", StringComparison.Ordinal)
            : text);
        Append("\"");
        return this;
    }

    /// <summary>A word of ours, which needs neither quotes nor care.</summary>
    public CsvWriter Raw(string? word)
    {
        Separate();
        Append(word);
        return this;
    }

    public CsvWriter Bytes(ReadOnlySpan<byte> word)
    {
        Separate();
        Reserve(word.Length);
        word.CopyTo(_buffer.AsSpan(_at));
        _at += word.Length;
        return this;
    }

    public CsvWriter Empty()
    {
        Separate();
        return this;
    }

    public CsvWriter Empty(int columns)
    {
        for (var i = 0; i < columns; i++)
        {
            Separate();
        }

        return this;
    }

    public CsvWriter Number(long value)
    {
        Separate();
        Reserve(ShortBytesMax);
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_at), out var written);
        _at += written;
        return this;
    }

    /// <summary>With so many decimals, and no zeros at the end.</summary>
    public CsvWriter Number(double value, int decimals)
    {
        Separate();
        Reserve(ShortBytesMax);
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_at), out var written, new StandardFormat('F', (byte)decimals));
        if (decimals > 0)
        {
            while (_buffer[_at + written - 1] == '0')
            {
                written--;
            }

            if (_buffer[_at + written - 1] == '.')
            {
                written--;
            }
        }

        _at += written;
        return this;
    }

    public CsvWriter Id(Guid id)
    {
        Separate();
        Reserve(ShortBytesMax);
        Utf8Formatter.TryFormat(id, _buffer.AsSpan(_at), out var written);
        _at += written;
        return this;
    }

    public CsvWriter End()
    {
        Append(lineEnd);
        _inRow = false;
        return this;
    }

    public void Flush()
    {
        target.Write(_buffer.AsSpan(0, _at));
        _at = 0;
    }

    public void Dispose()
    {
        Flush();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    /// <summary>What spreadsheets begin to reckon with.</summary>
    public static bool IsFormula(ReadOnlySpan<char> text) =>
        text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r';

    void Separate()
    {
        if (_inRow)
        {
            Append(",");
        }

        _inRow = true;
    }

    void Append(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            const int most = BufferBytes / 4;
            var some = text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
            Reserve(some.Length * 3);
            _at += Encoding.UTF8.GetBytes(some, _buffer.AsSpan(_at));
            text = text[some.Length..];
        }
    }

    void Reserve(int bytes)
    {
        if (_buffer.Length - _at < bytes)
        {
            Flush();
        }
    }
}
