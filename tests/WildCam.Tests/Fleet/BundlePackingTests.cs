using System.Security.Cryptography;
using WildCam.Hub.Fleet;
using WildCam.Wire;

namespace WildCam.Tests.Fleet;

public sealed class BundlePackingTests : IDisposable
{
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => _key.Dispose();

    byte[] Packed()
    {
        var bundle = BundlePacking.Pack(
            Boards.Esp32PsramOv2640, new Version(1, 2, 3), new Version(1, 0), NanoAssemblies.Three(), _key,
            out var problem);
        Assert.Null(problem);
        return bundle!;
    }

    [Fact]
    public void A_packed_bundle_is_whole_and_by_its_publisher()
    {
        var bundle = Packed();
        Assert.Null(BundlePacking.FindProblem(bundle, _key, out var head));
        Assert.Equal((Boards.Esp32PsramOv2640, 1, 2, 3), (head!.Board, head.Major, head.Minor, head.Patch));
        Assert.Equal(["WildCam.Wire", "WildCam.Camera", "WildCam.Esp32"], head.Names);
        Assert.Equal(NanoAssemblies.Three()[2].Bytes, bundle[^9000..]);
        Assert.Equal(ModelHub.DigestOf(bundle), BundleSignature.Digest(bundle));
    }

    [Fact]
    public void No_byte_of_a_bundle_can_be_changed()
    {
        var bundle = Packed();
        for (var at = 0; at < bundle.Length; at += at < 400 ? 1 : 997)
        {
            byte[] changed = [.. bundle];
            changed[at] ^= 1;
            Assert.NotNull(BundlePacking.FindProblem(changed, _key, out _));
        }

        Assert.NotNull(BundlePacking.FindProblem([.. bundle, 0], _key, out _));
        Assert.NotNull(BundlePacking.FindProblem(bundle[..^1], _key, out _));
    }

    [Fact]
    public void Another_publishers_bundle_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Contains("signature", BundlePacking.FindProblem(Packed(), other, out _), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.9.0", 0, 9, 9000, "built-in applications")]
    [InlineData("1.3.0", 1, 2, 9000, "the first two numbers must be the same")]
    [InlineData("1.2.0", 1, 2, 40_000, "BundleBytesMax of esp32-psram-ov2640 (98304)")]
    public void What_no_board_could_load_is_not_packed(string version, int major, int minor, int bytes, string why)
    {
        var bundle = BundlePacking.Pack(
            Boards.Esp32PsramOv2640, Version.Parse(version), new Version(1, 0),
            NanoAssemblies.Three(major, minor, bytes), _key, out var problem);
        Assert.Null(bundle);
        Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_board_without_PSRAM_is_updated_over_USB_only_and_the_refusal_says_so()
    {
        Assert.Null(BundlePacking.Pack(
            Boards.Esp32Ov2640, new Version(1, 2, 3), new Version(1, 0), NanoAssemblies.Three(), _key,
            out var problem));
        Assert.Equal(
            "Board esp32-ov2640 has no memory for a loaded bundle: it is updated over USB only.", problem);
    }

    [Fact]
    public void Parts_that_are_no_assemblies_or_in_the_wrong_order_are_refused()
    {
        List<BundlePart> damaged = NanoAssemblies.Three();
        damaged[1].Bytes[5000] ^= 1;
        List<BundlePart> cut = NanoAssemblies.Three();
        cut[0] = cut[0] with { Bytes = cut[0].Bytes[..8000] };
        List<BundlePart> foreign = [new("WildCam.Esp32", [.. "MZ"u8, .. new byte[500]])];
        List<BundlePart> twice = NanoAssemblies.Three();
        twice[0] = twice[1];
        List<BundlePart> backwards = NanoAssemblies.Three();
        backwards.Reverse();
        foreach (var (parts, why) in new[]
        {
            (damaged, "WildCam.Camera: Its CRC is wrong"), (cut, "WildCam.Wire: It has 8000 bytes"),
            (foreign, "no assembly of nanoFramework"), (twice, "named twice"),
            (backwards, "The last assembly must be WildCam.Esp32"), ([], "1 to 8 assemblies"),
        })
        {
            Assert.Null(BundlePacking.Pack(
                Boards.Esp32PsramOv2640, new Version(1, 2, 3), new Version(1, 0), parts, _key, out var problem));
            Assert.Contains(why, problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_runtimes_CRC_is_the_known_one() =>
        // CRC-32/MPEG-2 of the check string, 0376E6E7, begins with all ones; this one begins with 0 (CRC-32/POSIX
        // without length and inversion), so it is held by its own linearity and by a value worked out by hand.
        Assert.Equal(0x04C11DB7u, NanoAssembly.Crc([1]));
}
