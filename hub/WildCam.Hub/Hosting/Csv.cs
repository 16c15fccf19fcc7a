using System.Text;

namespace WildCam.Hub.Hosting;

/// <summary>Comma-separated values as RFC 4180 has them.</summary>
public static class Csv
{
    /// <summary>Most characters of one line that is read.</summary>
    public const int LineCharsMax = 10_000;

    /// <summary>One line with its end. A text that a spreadsheet would run gets an apostrophe in front.</summary>
    public static string Line(params IEnumerable<string?> cells)
    {
        using var bytes = new MemoryStream();
        using (var writer = new CsvWriter(bytes, lineEnd: "\r\n"))
        {
            foreach (var cell in cells)
            {
                writer.Text(cell);
            }

            writer.End();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>
    /// The lines of a text, each as its cells; empty ones are left out. Cells may be quoted, and hold line ends then. A
    /// text that begins with a byte order mark, or that divides by semicolons as spreadsheets of some countries do, is
    /// read too.
    /// </summary>
    /// <exception cref="FormatException">A quote is never closed, or a line is too long.</exception>
    public static IEnumerable<string[]> Read(string text)
    {
        var at = text.StartsWith('\uFEFF') ? 1 : 0;
        var first = text.AsSpan(at);
        var end = first.IndexOfAny('\r', '\n');
        first = end < 0 ? first : first[..end];
        var divider = first.Contains(';') && !first.Contains(',') ? ';' : ',';
        while (at < text.Length)
        {
            var cells = ReadLine(text, ref at, divider);
            if (cells.Exists(c => c.Length > 0))
            {
                yield return [.. cells];
            }
        }
    }

    static List<string> ReadLine(string text, ref int at, char divider)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        var (start, isQuoted) = (at, false);
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (at - start > LineCharsMax)
            {
                throw new FormatException(
                    $"A line has over {LineCharsMax} characters (LineCharsMax), or a quote in it is never closed.");
            }

            if (isQuoted)
            {
                if (c == '"' && at + 1 < text.Length && text[at + 1] == '"')
                {
                    cell.Append(text[at++]);
                }
                else if (c == '"')
                {
                    isQuoted = false;
                }
                else
                {
                    cell.Append(c);
                }
            }
            else if (c == '"' && cell.Length == 0)
            {
                isQuoted = true;
            }
            else if (c == divider)
            {
                cells.Add(cell.ToString().Trim());
                cell.Clear();
            }
            else if (c is '\r' or '\n')
            {
                at++;
                break;
            }
            else
            {
                cell.Append(c);
            }
        }

        if (isQuoted)
        {
            throw new FormatException("A quote is opened and never closed.");
        }

        cells.Add(cell.ToString().Trim());
        return cells;
    }
}
