using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace WildCam.Hub.Desk;

/// <summary>Renders a component on its own: for a file, or for an answer that many are given.</summary>
sealed class PartRenderer(IServiceScopeFactory scopes, ILoggerFactory logs)
{
    /// <summary>The part's HTML in UTF-8.</summary>
    public async Task<byte[]> RenderAsync<TPart>(Dictionary<string, object?> parameters)
        where TPart : IComponent
    {
        await using var scope = scopes.CreateAsyncScope();
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, logs);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var part = await renderer.RenderComponentAsync<TPart>(ParameterView.FromDictionary(parameters));
            using var html = new MemoryStream();
            await using (var writer = new StreamWriter(html, leaveOpen: true))
            {
                part.WriteHtmlTo(writer);
            }

            return html.ToArray();
        });
    }
}
