using WildCam.Hub.Fleet;

namespace WildCam.Tests.Fleet;

/// <summary>The image for a board: loader, built-in application and libraries in one.</summary>
public sealed class FlashImageTests
{
    const int Bytes = 1001;

    [Fact]
    public void Assemblies_lie_one_behind_the_other_at_multiples_of_four_bytes()
    {
        var parts = Parts();
        var image = FlashImage.Make(parts, out var problem);
        Assert.Null(problem);
        Assert.Equal(parts.Count * (Bytes + 3), image!.Length);
        var core = parts.Single(p => p.Name == "mscorlib").Bytes;
        Assert.Equal(core, image[..Bytes]);
        Assert.Equal([0, 0, 0], image[Bytes..(Bytes + 3)]);
        for (var at = 0; at < image.Length; at += Bytes + 3)
        {
            Assert.Null(NanoAssembly.FindProblem(image.AsSpan(at, Bytes), out _));
        }
    }

    [Theory]
    [InlineData("mscorlib")]
    [InlineData("WildCam.Loader")]
    [InlineData("WildCam.Wire")]
    [InlineData("WildCam.Camera")]
    [InlineData("WildCam.Esp32")]
    public void Nothing_that_a_board_needs_may_be_missing(string name)
    {
        Assert.Null(FlashImage.Make([.. Parts().Where(p => p.Name != name)], out var problem));
        Assert.StartsWith($"There is no {name}.pe among the files.", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_loader_starts_by_itself()
    {
        Refused("WildCam.Esp32", NanoAssemblies.WithMethod(isEntry: true), "could be started in place of the loader");
        Refused("WildCam.Loader", NanoAssemblies.WithMethod(isEntry: false), "nothing would start");
    }

    [Fact]
    public void What_was_built_for_the_air_or_is_damaged_or_too_long_is_refused()
    {
        Refused(
            "WildCam.Camera", NanoAssemblies.WithMethod(isEntry: false, major: 1),
            "WildCam.Camera has version 1.0.");
        var damaged = NanoAssemblies.WithMethod(isEntry: false);
        damaged[500] ^= 1;
        Refused("System.Net", damaged, "System.Net: Its CRC is wrong");
        Refused(
            "System.Net", NanoAssemblies.WithMethod(isEntry: false, bytes: FlashImage.BytesMax),
            "and a board has 1835008 for it");
    }

    static void Refused(string name, byte[] bytes, string why)
    {
        Assert.Null(FlashImage.Make(
            [.. Parts().Where(p => p.Name != name), new BundlePart(name, bytes)], out var problem));
        Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    static List<BundlePart> Parts() =>
    [
        .. new[] { "WildCam.Camera", "WildCam.Esp32", "WildCam.Loader", "WildCam.Wire", "mscorlib", "System.Net" }
            .Select(name => new BundlePart(name, NanoAssemblies.WithMethod(name == "WildCam.Loader"))),
    ];
}
