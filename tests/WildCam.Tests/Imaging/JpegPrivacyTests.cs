using WildCam.Imaging;

namespace WildCam.Tests.Imaging;

public sealed class JpegPrivacyTests
{
    static byte[] Picture()
    {
        SharedData.NeedsTurboJpeg();
        using var image = new PixelImage(64, 48, 3);
        new Random(5).NextBytes(image.Pixels);
        using var jpeg = JpegCodec.Encode(image, 90);
        return jpeg.Memory.ToArray();
    }

    static byte[] With(byte[] jpeg, byte marker, ReadOnlySpan<byte> body) =>
        [.. jpeg[..2], 0xFF, marker, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body, .. jpeg[2..]];

    [Fact]
    public void Notes_of_the_camera_go_and_the_picture_stays()
    {
        var jpeg = Picture();
        var noted = With(With(jpeg, 0xE1, "http://ns.adobe.com/xap/1.0/\0<gps/>"u8), 0xFE, "here I live"u8);
        Assert.Equal(jpeg, JpegPrivacy.Strip([.. noted, .. "trailing secrets"u8]));
    }

    [Fact]
    public void How_a_picture_is_turned_is_kept()
    {
        byte[] exif =
        [
            .. "Exif\0\0MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
            .. "owner"u8,
        ];
        var stripped = JpegPrivacy.Strip(With(Picture(), 0xE1, exif))!;
        Assert.True(JpegCodec.TryReadHeader(stripped, out var header, out _));
        Assert.Equal(6, header.Orientation);
        Assert.True(stripped.AsSpan().IndexOf("owner"u8) < 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a picture")]
    public void What_cannot_be_followed_is_not_given(string text) =>
        Assert.Null(JpegPrivacy.Strip(System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void A_segment_that_hides_between_scans_is_not_given()
    {
        var jpeg = Picture();
        var end = jpeg.Length - 2;
        Assert.Null(JpegPrivacy.Strip(
            [.. jpeg[..end], 0xFF, 0xE1, 0, 10, .. "Exif\0\0xx"u8, .. jpeg[end..]]));
    }

    [Fact]
    public void Damage_at_any_byte_never_throws_nor_lets_notes_through()
    {
        var noted = With(Picture(), 0xE1, "Exif\0\0secret place"u8);
        var seed = Seeds.Next();
        var random = new Random(seed);
        for (var i = 0; i < 2000; i++)
        {
            var damaged = noted[..random.Next(2, noted.Length)];
            damaged[random.Next(26, Math.Max(27, damaged.Length)) % damaged.Length] = (byte)random.Next(256);
            if (JpegPrivacy.Strip(damaged) is { } stripped)
            {
                Assert.True(stripped.AsSpan().IndexOf("secret place"u8) < 0, $"WILDCAM_SEED={seed}");
            }
        }
    }
}
