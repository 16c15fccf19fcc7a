using System.Globalization;
using System.Text;
using QRCoder;

namespace WildCam.Hub.Hosting.Provisioning;

/// <summary>A QR symbol as one SVG path, so that pages need no style and printers no pixels.</summary>
static class QrSymbol
{
    /// <summary>Light modules around the symbol: ISO/IEC 18004 asks for four.</summary>
    public const int QuietModules = 4;

    /// <summary>
    /// The dark modules of a text as path data, a module a unit, and the symbol's width with its quiet zone. Medium
    /// correction: a label outdoors gets scratches.
    /// </summary>
    public static (string Path, int Width) Of(string text)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var rows = code.ModuleMatrix;
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++)
        {
            for (var x = 0; x < rows[y].Count; x++)
            {
                if (!rows[y][x])
                {
                    continue;
                }

                var from = x;
                while (x + 1 < rows[y].Count && rows[y][x + 1])
                {
                    x++;
                }

                path.Append(CultureInfo.InvariantCulture, $"M{from} {y}h{x - from + 1}v1H{from}z");
            }
        }

        // The library's matrix has its own quiet zone of four.
        return (path.ToString(), rows.Count);
    }
}
