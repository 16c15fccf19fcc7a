using System.Net;

namespace WildCam.Hub.Hosting.Provisioning;

/// <summary>What is printed and stuck on a camera: which one it is, and the way to its field page. No secret.</summary>
/// <param name="Address">The field page, which the QR symbol leads to.</param>
/// <param name="Code">The camera's code; null where nobody has said yet which one it becomes.</param>
/// <param name="Fingerprint">Of its enrolment code, by which the page of waiting boards names it; null without.</param>
public sealed record CameraLabel(string Address, string? Code, string Name, string? Fingerprint)
{
    const int HeightMillimetres = 29;
    const int WidthMillimetres = 90;

    /// <summary>The field page's address of a camera, or of a board that is none yet.</summary>
    public static string AddressOf(string hubUrl, string? code, string? fingerprint) =>
        $"{hubUrl.TrimEnd('/')}/c/{code ?? Wire.Topics.EnrolmentPrefix + fingerprint}";

    /// <summary>Four and four, as people read it to each other.</summary>
    public static string Grouped(string fingerprint) =>
        string.Join('-', fingerprint.Chunk(4).Select(c => new string(c)));

    /// <summary>A label of 90 x 29 mm; colours are attributes, since pages allow no style of their own.</summary>
    public string ToSvg()
    {
        var (path, width) = QrSymbol.Of(Address);
        var scale = FormattableString.Invariant($"{(double)HeightMillimetres / width:0.####}");
        var code = Code is null ? "Not named yet" : Code.ToUpperInvariant();
        var codeSize = code.Length <= 14 ? 8 : code.Length <= 22 ? 5 : 3.4;
        var lines = Fingerprint is null ? "" : Text(32, 20, 3.2, $"Code {Grouped(Fingerprint)}");
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{WidthMillimetres}mm" height="{HeightMillimetres}mm"
              viewBox="0 0 {WidthMillimetres} {HeightMillimetres}" role="img" aria-label="Label of {Escape(code)}">
            <rect width="{WidthMillimetres}" height="{HeightMillimetres}" fill="#fff"/>
            <g transform="scale({scale})"><path d="{path}" fill="#000"/></g>
            {Text(32, 9, codeSize, code, "700")}
            {Text(32, 14.5, 3.6, Cut(Name))}
            {lines}
            {Text(32, 25, 2.4, Cut(Address, 58))}
            </svg>
            """;
    }

    static string Text(double x, double y, double size, string text, string weight = "400") =>
        FormattableString.Invariant(
            $"<text x=\"{x}\" y=\"{y}\" font-family=\"sans-serif\" font-size=\"{size}\" font-weight=\"{weight}\"")
        + $" fill=\"#000\">{Escape(text)}</text>";

    static string Cut(string text, int charsMax = 30) => text.Length <= charsMax ? text : text[..(charsMax - 1)] + "…";

    static string Escape(string text) => WebUtility.HtmlEncode(text);
}
