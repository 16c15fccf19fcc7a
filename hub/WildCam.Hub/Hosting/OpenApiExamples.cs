using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace WildCam.Hub.Hosting;

/// <summary>What to send, for those who read the API's document: one example a body.</summary>
static class OpenApiExamples
{
    static readonly FrozenDictionary<string, string> Bodies = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["POST api/v1/tokens"] = """{"name":"my analysis","days":90,"scopes":["read","export"]}""",
        ["POST api/v1/identifications"] = """
            {"captureId":"019e4f0a-7c00-7000-8000-000000000001",
             "findings":[{"category":"animal","species":"vulpes-vulpes","count":1}]}
            """,
        ["POST api/v1/projects/{project}/exports"] = """
            {"format":"camtrap-dp","from":"2026-05-01","to":"2026-05-31","minConfidence":0.7,"people":"LeaveOut",
             "coordinateDecimals":3}
            """,
        ["POST api/v1/projects/{project}/predictions"] = """
            {"info":{"format_version":"1.6","detector":"md_v5a.0.0.pt"},
             "detection_categories":{"1":"animal","2":"person","3":"vehicle"},
             "images":[{"file":"DCIM/100/IMG_0001.JPG",
               "detections":[{"category":"1","conf":0.94,"bbox":[0.12,0.3,0.25,0.4]}]}]}
            """,
        ["POST api/v1/projects/{project}/cameras/{code}/card/preview"] = """
            {"files":[{"name":"DCIM/100/IMG_0001.JPG","bytes":2345678,"taken":"2026:05:31 05:14:09"}]}
            """,
        ["POST api/v1/projects/{project}/cameras"] = """
            {"code":"c-017","name":"By the ford","site":"creek-north"}
            """,
        ["POST api/v1/projects/{project}/sites"] = """
            {"slug":"creek-north","name":"Creek North","latitude":45.1234,"longitude":-120.5678,
             "timeZone":"America/Los_Angeles"}
            """,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    static readonly FrozenDictionary<string, string> Streams = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["POST api/v1/projects/{project}/predictions"] = "application/json",
        ["POST api/v1/projects/{project}/packages"] = "application/zip",
        ["POST api/v1/projects/{project}/cameras/{code}/card"] = "image/jpeg",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static void Add(OpenApiOptions options) => options.AddOperationTransformer((operation, context, _) =>
    {
        var route = $"{context.Description.HttpMethod} {context.Description.RelativePath}";
        if (Streams.TryGetValue(route, out var type))
        {
            // Read as it comes, so that no parameter tells of it.
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { [type] = new() },
            };
        }

        if (Bodies.TryGetValue(route, out var example)
            && operation.RequestBody?.Content?.TryGetValue("application/json", out var content) == true)
        {
            content.Example = JsonNode.Parse(example);
        }

        return Task.CompletedTask;
    });
}
