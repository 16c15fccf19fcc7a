using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using WildCam.Hub.Desk.Parts;

namespace WildCam.Tests.Desk;

public sealed class FilterChoiceTests
{
    [Theory]
    [InlineData(3, """<option value="c-2" selected>C-2 Ford</option>""", "<input")]
    [InlineData(301, """<input name="camera" value="c-2" """, "<option")]
    public async Task A_short_list_is_chosen_from_and_a_long_one_typed_into(int count, string has, string hasNot)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var part = await renderer.RenderComponentAsync<FilterChoice>(
                ParameterView.FromDictionary(new Dictionary<string, object?>
                {
                    [nameof(FilterChoice.Label)] = "Camera",
                    [nameof(FilterChoice.Name)] = "camera",
                    [nameof(FilterChoice.Chosen)] = "c-2",
                    [nameof(FilterChoice.Count)] = count,
                    [nameof(FilterChoice.Entries)] = Enumerable.Range(1, count).Select(i => ($"c-{i}", $"C-{i} Ford")),
                }));
            return part.ToHtmlString();
        });
        Assert.Contains(has, html, StringComparison.Ordinal);
        Assert.DoesNotContain(hasNot, html, StringComparison.Ordinal);
    }
}
