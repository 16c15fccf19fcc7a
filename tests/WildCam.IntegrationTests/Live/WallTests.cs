using Microsoft.Playwright;
using WildCam.Hub.Hosting;
using WildCam.Imaging;
using WildCam.IntegrationTests.Orders;
using WildCam.Storage.Accounts;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Live;

/// <summary>The wall of live previews in a browser, with a real hub behind it.</summary>
public sealed class WallTests(OrdersWorld world, ITestOutputHelper output) : IClassFixture<OrdersWorld>
{
    const int Cameras = 10;
    const int PartBytes = 16_000;

    /// <summary>What the page may take, and by how much it may still grow once every camera is drawn.</summary>
    const double MegabytesMax = 200;
    const double GrowthMegabytesMax = 20;

    [Fact]
    public async Task Ten_previews_stay_under_200_megabytes()
    {
        Components.Require("chromium");
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        });
        var cameras = new List<ScriptedCamera>();
        for (var i = 0; i < Cameras; i++)
        {
            var camera = await world.RegisterAsync($"wall-{i}");
            await camera.ConnectAsync(i % 2 == 0 ? world.Hub.MqttPort : world.OtherHub.MqttPort);
            await camera.HelloAsync();
            cameras.Add(camera);
        }

        using var sending = new CancellationTokenSource();
        var sent = Task.WhenAll(cameras.Select((c, i) => SendAsync(c, i, sending.Token)));
        var page = await OpenAsync(browser);
        await page.GotoAsync(
            "/p/test/wall?" + string.Join('&', cameras.Select(c => $"camera={c.Code}")));
        Assert.Equal(Cameras, await page.Locator("#wall canvas").CountAsync());
        await FramesAsync(page, 5);
        var early = await MegabytesAsync(browser, page);
        await FramesAsync(page, 40);
        var late = await MegabytesAsync(browser, page);
        output.WriteLine($"{Cameras} previews: {early:0} MB after 5 frames each, {late:0} MB after 40");
        Assert.True(late < MegabytesMax, $"The page takes {late:0} MB.");
        Assert.True(late - early < GrowthMegabytesMax, $"The page grew by {late - early:0} MB over 35 frames.");

        // Leaving the page ends the previews.
        await page.GotoAsync("/p/test/cameras");
        await Wait.UntilAsync(
            async () => await world.Database.ReadAsync<long>("select count(*) from camera_watches") == 0,
            OrdersWorld.Soon, () => "A watch is left.");
        await sending.CancelAsync();
        await sent;
        foreach (var camera in cameras)
        {
            await camera.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(360, 1, 1)]
    [InlineData(360, 6, 1)]
    [InlineData(1440, 4, 2)]
    [InlineData(1440, 5, 3)]
    public async Task Columns_follow_the_width_and_the_number_of_cameras(int width, int cameras, int columns)
    {
        Components.Require("chromium");
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu"],
        });
        for (var i = 0; i < cameras; i++)
        {
            await world.Database.RunAsync("""
                insert into cameras (project_id, code, name) select id, $1, 'Column' from projects where slug = 'test'
                on conflict do nothing
                """, $"column-{i}");
        }

        var page = await OpenAsync(browser, width);
        await page.GotoAsync(
            "/p/test/wall?" + string.Join('&', Enumerable.Range(0, cameras).Select(i => $"camera=column-{i}")));
        var shown = await page.EvaluateAsync<int>("""
            new Set([...document.querySelectorAll('#wall li')].map(li => li.offsetLeft)).size
            """);
        Assert.Equal(columns, shown);
    }

    async Task<IPage> OpenAsync(IBrowser browser, int width = 1440)
    {
        var address = $"http://127.0.0.1:{world.Hub.WebPort}";
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
        });
        var manager = await world.Database.ReadAsync<int>(
            "select id from accounts where email = 'manager@example.org'");
        var (secret, _) = await new SessionsTable(world.Database.Source).OpenAsync(manager, default);
        await context.AddCookiesAsync([new Cookie { Name = SessionCookie.Name, Value = secret, Url = address }]);
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        return page;
    }

    static Task<IJSHandle> FramesAsync(IPage page, int count) => page.WaitForFunctionAsync(
        "n => [...document.querySelectorAll('#wall canvas')].every(c => Number(c.dataset.frames || 0) >= n)", count,
        new PageWaitForFunctionOptions { Timeout = 90_000 });

    /// <summary>
    /// What the page's process takes for itself alone, without what only waits to be collected: that depends on how
    /// busy the machine is. Chromium keeps smaller processes of blank pages beside it.
    /// </summary>
    static async Task<double> MegabytesAsync(IBrowser browser, IPage page)
    {
        await using (var collector = new Detaching(await page.Context.NewCDPSessionAsync(page)))
        {
            await collector.Inner.SendAsync("HeapProfiler.collectGarbage");
        }

        await using var session = new Detaching(await browser.NewBrowserCDPSessionAsync());
        var answer = await session.Inner.SendAsync("SystemInfo.getProcessInfo");
        return answer!.Value.GetProperty("processInfo").EnumerateArray()
            .Where(p => p.GetProperty("type").GetString() == "renderer")
            .Max(p => Megabytes(p.GetProperty("id").GetInt32()));
    }

    static double Megabytes(int process) => File.ReadLines($"/proc/{process}/smaps_rollup")
        .Where(l => l.StartsWith("Pss:", StringComparison.Ordinal))
        .Sum(l => long.Parse(l[4..].Replace("kB", "", StringComparison.Ordinal).Trim(),
            System.Globalization.CultureInfo.InvariantCulture)) / 1024.0;

    static async Task SendAsync(ScriptedCamera camera, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        try
        {
            for (uint number = 1; ; number++)
            {
                foreach (var part in Parts(number, Picture(random)))
                {
                    await camera.SendAsync(Topics.Preview, part);
                }

                await Task.Delay(400, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }
    }

    // As large as a camera's: 640 x 480, some 30 KB.
    static byte[] Picture(Random random)
    {
        using var image = new PixelImage(640, 480, 3);
        var row = new byte[640 * 3 / 8];
        random.NextBytes(row);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (byte)(row[(i / 8) % row.Length] ^ (i / (640 * 3 * 16)));
        }

        using var jpeg = JpegCodec.Encode(image, 40);
        return jpeg.Memory.ToArray();
    }

    static IEnumerable<byte[]> Parts(uint number, byte[] jpeg)
    {
        for (var at = 0; at < jpeg.Length; at += PartBytes)
        {
            var count = Math.Min(PartBytes, jpeg.Length - at);
            var message = new byte[PreviewHeader.Bytes + count];
            new PreviewHeader
            {
                Frame = number, FrameBytes = (uint)jpeg.Length, Offset = (uint)at, Length = (ushort)count,
            }.Write(message, 0);
            jpeg.AsSpan(at, count).CopyTo(message.AsSpan(PreviewHeader.Bytes));
            yield return message;
        }
    }

    sealed class Detaching(ICDPSession inner) : IAsyncDisposable
    {
        public ICDPSession Inner { get; } = inner;

        public async ValueTask DisposeAsync() => await Inner.DetachAsync();
    }
}
