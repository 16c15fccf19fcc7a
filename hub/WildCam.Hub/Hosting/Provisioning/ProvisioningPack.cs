using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WildCam.Hub.Hosting.Provisioning;

/// <summary>A file of a pack. One that is secret opens the Wi-Fi or speaks for the camera.</summary>
sealed record PackFile(string Name, byte[] Bytes, bool IsSecret)
{
    public static PackFile Text(string name, string text, bool isSecret = false) =>
        new(name, Encoding.UTF8.GetBytes(text), isSecret);
}

/// <summary>What nanoff needs to make a board a camera of this hub, and what is stuck on it.</summary>
sealed record ProvisioningPack
{
    public const string SetUpName = "wildcam.ini";
    public const string AuthorityName = "hub.crt";
    public const string FilesName = "files.json";
    public const string NetworkName = "wifi.json";
    public const string LabelName = "label.svg";
    public const string CommandsName = "commands.txt";

    /// <summary>Longest name and password of a Wi-Fi that nanoff takes.</summary>
    public const int WifiNameCharsMax = 32;

    public const int WifiPasswordCharsMax = 64;

    /// <summary>Longest set-up file that a board reads.</summary>
    public const int SetUpBytesMax = 1024;

    /// <summary>Longest certificate that a board reads.</summary>
    public const int AuthorityBytesMax = 4096;

    // Written for people to read as well; a password's < and & stay what they are.
    static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required FlashBoard Board { get; init; }

    /// <summary>The image of nanoFramework, where it is not the board's usual one.</summary>
    public string? Target { get; init; }

    /// <summary>Name or address of the hub, as the camera reaches it.</summary>
    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>Fingerprint, dot, secret.</summary>
    public required string EnrolmentLine { get; init; }

    /// <summary>The authority that signed the hub's certificate, PEM; null: a public one.</summary>
    public string? Authority { get; init; }

    /// <summary>Whether the operator's own certificate is in use, which is valid for some time only.</summary>
    public bool IsOperatorTls { get; init; }

    /// <summary>Null leaves the board's Wi-Fi as it is.</summary>
    public string? WifiName { get; init; }

    public string WifiPassword { get; init; } = "";

    public required string SerialPort { get; init; }

    public string Image { get; init; } = "WildCam.bin";

    public required CameraLabel Label { get; init; }

    /// <summary>What is wrong with it, in a sentence; null: nothing.</summary>
    public string? Problem() => this switch
    {
        _ when Host.Length == 0 || !Host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-') =>
            $"'{Host}' is no name or address of a hub.",
        _ when WifiName is "" || WifiName?.Length > WifiNameCharsMax =>
            $"The name of a Wi-Fi has 1 to {WifiNameCharsMax} characters.",
        _ when WifiPassword.Length > WifiPasswordCharsMax =>
            $"The password of a Wi-Fi has at most {WifiPasswordCharsMax} characters.",
        _ when Authority is null && !IsOperatorTls => "The certificate of the hub's authority is missing.",
        _ when Authority is { } pem && Encoding.UTF8.GetByteCount(pem) > AuthorityBytesMax =>
            $"The authority's certificate has over {AuthorityBytesMax} bytes, more than a board reads.",
        _ when Encoding.UTF8.GetByteCount(SetUpText()) > SetUpBytesMax =>
            $"The set-up file has over {SetUpBytesMax} bytes, more than a board reads.",
        _ => null,
    };

    public IReadOnlyList<PackFile> Files()
    {
        var files = new List<PackFile> { PackFile.Text(SetUpName, SetUpText(), isSecret: true) };
        if (Authority is { } authority)
        {
            files.Add(PackFile.Text(AuthorityName, authority));
        }

        files.Add(PackFile.Text(FilesName, FilesText()));
        if (WifiName is not null)
        {
            files.Add(PackFile.Text(NetworkName, NetworkText(), isSecret: true));
        }

        files.Add(PackFile.Text(LabelName, Label.ToSvg()));
        files.Add(PackFile.Text(CommandsName, CommandsText()));
        return files;
    }

    /// <summary>The steps with nanoff, to be run in the pack's folder, each with what it does.</summary>
    public IReadOnlyList<(string Does, string[] Arguments)> Steps()
    {
        var steps = new List<(string, string[])>
        {
            ($"Put nanoFramework on the board ({Target ?? Board.Target}); this deletes what was on it",
                ["--target", Target ?? Board.Target, "--update", "--masserase", "--serialport", SerialPort]),
            ("Put WildCam on it", ["--nanodevice", "--deploy", "--serialport", SerialPort, "--image", Image]),
            ("Tell it its hub and its one-time code", ["--filedeployment", FilesName]),
        };
        if (WifiName is not null)
        {
            steps.Add(($"Tell it the Wi-Fi {WifiName}", ["--networkdeployment", NetworkName]));
        }

        return steps;
    }

    /// <summary>A step as somebody would type it.</summary>
    public static string CommandLine(string[] arguments) =>
        "nanoff " + string.Join(' ', arguments.Select(a => a.Contains(' ', StringComparison.Ordinal) ? $"\"{a}\"" : a));

    string SetUpText()
    {
        var lines = new List<string>
        {
            $"board={Board.Name}",
            $"host={Host}",
            $"port={Port.ToString(CultureInfo.InvariantCulture)}",
            $"enrol={EnrolmentLine}",
        };
        if (IsOperatorTls)
        {
            lines.Add("tls=operator");
        }

        return string.Join('\n', lines) + "\n";
    }

    string FilesText()
    {
        var files = new List<object> { File(SetUpName) };
        if (Authority is not null)
        {
            files.Add(File(AuthorityName));
        }

        return JsonSerializer.Serialize(new { SerialPort, Files = files }, Json);

        static object File(string name) => new { DestinationFilePath = $"I:\\{name}", SourceFilePath = name };
    }

    string NetworkText()
    {
        var network = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["SerialPort"] = SerialPort,
            ["WirelessClient"] = new { Ssid = WifiName, Password = WifiPassword },
        };
        if (Authority is not null)
        {
            network["CACertificatesPath"] = AuthorityName;
        }

        return JsonSerializer.Serialize(network, Json);
    }

    string CommandsText()
    {
        var text = new StringBuilder();
        text.Append("In this folder, with the board on ").Append(SerialPort).Append(". nanoff comes with: ")
            .Append("dotnet tool install -g nanoff\n\n");
        foreach (var (does, arguments) in Steps())
        {
            text.Append("# ").Append(does).Append('\n').Append(CommandLine(arguments)).Append("\n\n");
        }

        text.Append("# Then delete this folder but for the label: ").Append(SetUpName)
            .Append(" speaks for the camera until it has signed in")
            .Append(WifiName is null ? ".\n" : $", and {NetworkName} opens your Wi-Fi.\n");
        return text.ToString();
    }
}
