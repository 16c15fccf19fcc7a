using System.Text;
using System.Text.Json;
using WildCam.Esp32;
using WildCam.Hub.Hosting.Provisioning;
using WildCam.SimulatedHardware;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.Tests.Hosting;

/// <summary>What nanoff and the board get, read as they read it.</summary>
public sealed class ProvisioningPackTests
{
    // Property names as nanoFirmwareFlasher's FileDeploymentConfiguration and NetworkDeploymentConfiguration have them;
    // it reads them whatever their case.
    static readonly JsonSerializerOptions AsNanoff = new() { PropertyNameCaseInsensitive = true };

    static readonly NewEnrolment Made = new(
        1, "0123456789abcdef", CameraCredential.Create().Credential, DateTimeOffset.UnixEpoch);

    static readonly ProvisioningPack Pack = new()
    {
        Board = FlashBoard.Find("s3")!,
        Host = "hub.example.org",
        Port = 8884,
        EnrolmentLine = Made.Line,
        Authority = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        WifiName = "field station \"2\"",
        WifiPassword = "pass<&>\\word",
        SerialPort = "/dev/ttyUSB0",
        Label = new CameraLabel(
            "https://hub.example.org/c/creek-north", "creek-north", "Creek <North>", Made.Fingerprint),
    };

    sealed record File(string DestinationFilePath, string SourceFilePath);

    sealed record FileDeployment(string SerialPort, List<File> Files);

    sealed record Wireless(string Ssid, string Password);

    sealed record NetworkDeployment(string SerialPort, Wireless WirelessClient, string CACertificatesPath);

    [Fact]
    public void The_file_deployment_names_port_and_files_as_nanoff_reads_them()
    {
        var read = JsonSerializer.Deserialize<FileDeployment>(Text(ProvisioningPack.FilesName), AsNanoff)!;
        Assert.Equal("/dev/ttyUSB0", read.SerialPort);
        Assert.Equal(
            [new("I:\\wildcam.ini", "wildcam.ini"), new File("I:\\hub.crt", "hub.crt")], read.Files);
        Assert.All(read.Files, f => Assert.Contains(Pack.Files(), p => p.Name == f.SourceFilePath));
    }

    [Fact]
    public void The_network_deployment_has_the_Wifi_and_the_certificate()
    {
        var read = JsonSerializer.Deserialize<NetworkDeployment>(Text(ProvisioningPack.NetworkName), AsNanoff)!;
        Assert.Equal(
            new NetworkDeployment(
                "/dev/ttyUSB0", new Wireless("field station \"2\"", "pass<&>\\word"), "hub.crt"), read);
    }

    [Fact]
    public async Task The_firmware_reads_the_set_up_file()
    {
        var world = new BoardWorld(seed: 4);
        world.SetUp(Text(ProvisioningPack.SetUpName), Pack.Authority);
        var given = await world.DoAsync(SetUpFile.Load);
        Assert.NotNull(given);
        Assert.Equal(
            ("hub.example.org", 8884, Made.Fingerprint, Made.Secret, SetUpFile.TlsHub),
            (given.Host, given.Port, given.Fingerprint, given.Password, given.Tls));
        Assert.Equal(Boards.Esp32S3Ov2640, given.Pins.Board);
    }

    [Theory]
    [InlineData("enrol=0123456789abcdef", "enrol=0123456789abcde")]
    [InlineData("enrol=0123456789abcdef.", "enrol=0123456789abcdef-")]
    public async Task A_damaged_code_counts_as_no_set_up(string right, string wrong)
    {
        var world = new BoardWorld(seed: 4);
        world.SetUp(Text(ProvisioningPack.SetUpName).Replace(right, wrong, StringComparison.Ordinal), Pack.Authority);
        Assert.Null(await world.DoAsync(SetUpFile.Load));
    }

    [Fact]
    public void The_commands_are_those_of_nanoff_in_their_order()
    {
        Assert.Equal(
            [
                "nanoff --target ESP32_S3_QUAD --update --masserase --serialport /dev/ttyUSB0",
                "nanoff --nanodevice --deploy --serialport /dev/ttyUSB0 --image WildCam.bin",
                "nanoff --filedeployment files.json",
                "nanoff --networkdeployment wifi.json",
            ],
            Pack.Steps().Select(s => ProvisioningPack.CommandLine(s.Arguments)));
        var text = Text(ProvisioningPack.CommandsName);
        Assert.All(Pack.Steps(), s => Assert.Contains(
            ProvisioningPack.CommandLine(s.Arguments), text, StringComparison.Ordinal));
        Assert.Equal(3, (Pack with { WifiName = null }).Steps().Count);
    }

    [Fact]
    public void Only_files_that_are_called_secret_hold_a_secret()
    {
        string[] secrets = [Made.Secret, Pack.WifiPassword];
        foreach (var file in Pack.Files())
        {
            var text = Encoding.UTF8.GetString(file.Bytes);
            Assert.Equal(
                file.IsSecret, secrets.Any(s => text.Contains(JsonEncodedText(s), StringComparison.Ordinal)
                    || text.Contains(s, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void An_operators_certificate_needs_no_authority_and_says_so()
    {
        var pack = Pack with { Authority = null, IsOperatorTls = true };
        Assert.Null(pack.Problem());
        Assert.DoesNotContain(pack.Files(), f => f.Name == ProvisioningPack.AuthorityName);
        Assert.Contains("tls=operator", Encoding.UTF8.GetString(pack.Files()[0].Bytes), StringComparison.Ordinal);
        Assert.NotNull((Pack with { Authority = null }).Problem());
    }

    [Theory]
    [InlineData("hub example")]
    [InlineData("hub\nboard=toaster")]
    [InlineData("")]
    public void A_host_that_is_none_is_refused(string host) => Assert.NotNull((Pack with { Host = host }).Problem());

    [Fact]
    public void The_label_shows_code_name_and_fingerprint_and_escapes_them()
    {
        var svg = Text(ProvisioningPack.LabelName);
        Assert.Contains(">CREEK-NORTH<", svg, StringComparison.Ordinal);
        Assert.Contains("Creek &lt;North&gt;", svg, StringComparison.Ordinal);
        Assert.Contains("0123-4567-89ab-cdef", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("style", svg, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://hub.example.org/c/creek-north")]
    [InlineData("http://10.0.0.2/c/x")]
    public void The_symbol_says_the_address_and_nothing_else(string address)
    {
        var (path, width) = QrSymbol.Of(address);
        Assert.Equal(address, QrReader.Read(path, width));
    }

    static string Text(string name) => Encoding.UTF8.GetString(Pack.Files().Single(f => f.Name == name).Bytes);

    static string JsonEncodedText(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal);
}
