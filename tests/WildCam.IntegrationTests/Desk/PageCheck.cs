using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace WildCam.IntegrationTests.Desk;

/// <summary>
/// What holds for each page at each width, light and dark: one heading, nothing wider than the window, and axe finds
/// nothing. With WILDCAM_SCREENSHOTS its picture is put into that folder.
/// </summary>
static class PageCheck
{
    public static async Task PassAsync(IPage page, string name, int width, ColorScheme scheme, bool isFullPage = true)
    {
        await page.WaitForLoadStateAsync(LoadState.Load);
        if (Environment.GetEnvironmentVariable("WILDCAM_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new()
            {
                Path = Path.Combine(folder, $"{name}-{width}-{scheme}.png"), FullPage = isFullPage,
            });
        }

        Assert.Equal(1, await page.Locator("h1").CountAsync());
        var wide = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
        var widest = wide <= 0 ? "" : await page.EvaluateAsync<string>("""
            [...document.querySelectorAll('body *')].filter(e => !e.parentElement.closest('.scroll, svg, nav'))
              .sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)[0]
              .outerHTML.slice(0, 300)
            """);
        Assert.True(wide <= 0, $"{name} is {wide} px wider than {width} px: {widest}");
        // The policy holds for scripts of the page; axe comes in by the debugger.
        var axe = await page.RunAxe();
        Assert.True(axe.Violations.Length == 0, string.Join('\n', axe.Violations.Select(v =>
            $"{name}: {v.Id}: {v.Help}: {string.Join(", ", v.Nodes.Take(3).Select(n => n.Html))}")));
    }
}
