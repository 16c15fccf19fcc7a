using WildCam.Hub.Hosting;

namespace WildCam.Tests.Hosting;

public sealed class CsvTests
{
    [Fact]
    public void What_is_written_is_read_again()
    {
        string[] cells = ["plain", "with, comma", "with \"quotes\"", "two\r\nlines", " space ", "", "ü"];
        Assert.Equal(cells.Select(c => c.Trim()), Assert.Single(Csv.Read(Csv.Line(cells))));
    }

    [Theory]
    [InlineData("=cmd|' /C calc'!A0")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1")]
    public void What_a_spreadsheet_would_run_is_text(string formula) =>
        Assert.Equal('\'', Csv.Line(formula).TrimStart('"')[0]);

    [Theory]
    [InlineData("a;b\r\nc;d\r\n")]
    [InlineData("a,b\nc,d")]
    [InlineData("\uFEFFa,b\n\n,\nc,d\n")]
    [InlineData("\"a\",\"b\"\r\nc,d")]
    public void Lines_of_all_spreadsheets_are_read(string text) =>
        Assert.Equal([["a", "b"], ["c", "d"]], Csv.Read(text));

    [Fact]
    public void A_quote_that_is_never_closed_says_so()
    {
        var fault = Assert.Throws<FormatException>(() => Csv.Read("a,\"b\nc").ToList());
        Assert.Contains("never closed", fault.Message, StringComparison.Ordinal);
        fault = Assert.Throws<FormatException>(() => Csv.Read('"' + new string('x', 20_000)).ToList());
        Assert.Contains("LineCharsMax", fault.Message, StringComparison.Ordinal);
    }
}
