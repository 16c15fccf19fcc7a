using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using WildCam.Cli.Machine;
using WildCam.Storage.Blobs;

namespace WildCam.IntegrationTests.Blobs;

/// <summary>One store of each kind, empty at start: the contract is tested on both.</summary>
public sealed class BlobStores : IAsyncLifetime
{
    public const string Folder = "folder";
    public const string Azure = "azure";

    static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    readonly string _folder = Directory.CreateTempSubdirectory("wildcam-blobs-").FullName;
    Process? _azurite;
    int _port;

    /// <summary>The folder of the folder store.</summary>
    public string Root => Path.Combine(_folder, "blobs");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>A store of the kind; one container or folder a name.</summary>
    public async Task<IBlobStore> OpenAsync(string kind, string name = "wildcam")
    {
        if (kind == Folder)
        {
            return new FolderBlobStore(name == "wildcam" ? Root : Path.Combine(_folder, name), TimeProvider.System);
        }

        await StartAzuriteAsync();
        return new AzureBlobStore(AzuriteConnection(_port), name);
    }

    /// <summary>The account that every Azurite knows; its key is published in its documentation.</summary>
    public static string AzuriteConnection(int port) =>
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50u"
        + $"SRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;";

    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null)
        {
            _azurite.Kill(entireProcessTree: true);
            await _azurite.WaitForExitAsync();
            _azurite.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    async Task StartAzuriteAsync()
    {
        if (_azurite is not null)
        {
            return;
        }

        var node = Components.Require("node");
        var main = Components.RequirePackage("azurite/dist/src/blob/main.js");
        _port = FreePort.Next();
        string[] arguments =
        [
            main, "--blobHost", "127.0.0.1", "--blobPort", $"{_port}", "--inMemoryPersistence", "--silent",
            "--skipApiVersionCheck", "--disableTelemetry",
        ];
        _azurite = Process.Start(new ProcessStartInfo(node, arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        _azurite.OutputDataReceived += (_, _) => { };
        _azurite.BeginOutputReadLine();
        var deadline = Stopwatch.StartNew();
        while (!await AnswersAsync())
        {
            Assert.False(_azurite.HasExited, _azurite.HasExited ? await _azurite.StandardError.ReadToEndAsync() : "");
            Assert.True(deadline.Elapsed < StartDeadline, $"Azurite did not answer within {StartDeadline}.");
            await Task.Delay(50);
        }
    }

    async Task<bool> AnswersAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
