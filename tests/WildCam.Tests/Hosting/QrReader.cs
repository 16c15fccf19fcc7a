using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using WildCam.Hub.Hosting.Provisioning;

namespace WildCam.Tests.Hosting;

/// <summary>
/// Reads an undamaged QR symbol of one block of data, bytes and alphanumerics (ISO/IEC 18004, versions 1 to 3 at
/// correction M).
/// </summary>
static partial class QrReader
{
    const int FormatMask = 0b101010000010010;
    const int ByteMode = 4;
    const int AlphanumericMode = 2;
    const string Alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

    public static string Read(string path, int width)
    {
        var modules = Modules(path, width);
        var size = modules.GetLength(0);
        var version = (size - 17) / 4;
        Assert.InRange(version, 1, 3);
        var mask = Format(modules) >> 10 & 7;
        var bits = new List<bool>();
        // Pairs of columns from the right, up and down in turn; the timing column is left out.
        var isUp = true;
        for (var right = size - 1; right > 0; right -= 2)
        {
            right -= right == 6 ? 1 : 0;
            for (var step = 0; step < size; step++)
            {
                var y = isUp ? size - 1 - step : step;
                for (var x = right; x > right - 2; x--)
                {
                    if (!IsFunction(x, y, size, version))
                    {
                        bits.Add(modules[y, x] ^ IsMasked(mask, x, y));
                    }
                }
            }

            isUp = !isUp;
        }

        return Segments(bits);
    }

    static string Segments(List<bool> bits)
    {
        var text = new StringBuilder();
        var at = 0;
        while (Take(4) is var mode && mode != 0)
        {
            Assert.True(mode is ByteMode or AlphanumericMode, $"Mode {mode} is not read here.");
            var left = Take(mode is ByteMode ? 8 : 9);
            while (left > 0)
            {
                if (mode is ByteMode)
                {
                    text.Append((char)Take(8));
                    left--;
                }
                else
                {
                    var pair = Take(left > 1 ? 11 : 6);
                    text.Append(left > 1 ? $"{Alphanumeric[pair / 45]}" : "").Append(Alphanumeric[pair % 45]);
                    left -= Math.Min(left, 2);
                }
            }
        }

        return text.ToString();

        int Take(int count)
        {
            var number = Number(bits, at, count);
            at += count;
            return number;
        }
    }

    static bool[,] Modules(string path, int width)
    {
        const int quiet = QrSymbol.QuietModules;
        var size = width - 2 * quiet;
        var modules = new bool[size, size];
        foreach (Match run in Run().Matches(path))
        {
            int Part(string name) => int.Parse(run.Groups[name].Value, CultureInfo.InvariantCulture);
            for (var i = 0; i < Part("n"); i++)
            {
                // Outside of the quiet zone, or this throws.
                modules[Part("y") - quiet, Part("x") - quiet + i] = true;
            }
        }

        return modules;
    }

    static int Format(bool[,] modules)
    {
        var bits = 0;
        for (var x = 0; x < 9; x++)
        {
            bits = x == 6 ? bits : bits << 1 | (modules[8, x] ? 1 : 0);
        }

        for (var y = 7; y >= 0; y--)
        {
            bits = y == 6 ? bits : bits << 1 | (modules[y, 8] ? 1 : 0);
        }

        return bits ^ FormatMask;
    }

    static bool IsFunction(int x, int y, int size, int version) =>
        (x < 9 && y < 9) || (x < 9 && y > size - 9) || (x > size - 9 && y < 9) || x == 6 || y == 6
        || (version > 1 && x >= size - 9 && x < size - 4 && y >= size - 9 && y < size - 4);

    static bool IsMasked(int mask, int x, int y) => mask switch
    {
        0 => (x + y) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 3 == 0,
        3 => (x + y) % 3 == 0,
        4 => (y / 2 + x / 3) % 2 == 0,
        5 => x * y % 2 + x * y % 3 == 0,
        6 => (x * y % 2 + x * y % 3) % 2 == 0,
        _ => ((x + y) % 2 + x * y % 3) % 2 == 0,
    };

    static int Number(List<bool> bits, int at, int count) =>
        bits.Skip(at).Take(count).Aggregate(0, (number, bit) => number << 1 | (bit ? 1 : 0));

    [GeneratedRegex(
        @"M(?<x>\d+) (?<y>\d+)h(?<n>\d+)v1H\d+z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Run();
}
