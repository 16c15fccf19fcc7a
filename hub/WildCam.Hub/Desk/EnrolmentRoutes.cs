using System.IO.Compression;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Provisioning;
using WildCam.Hub.Hosting.Register;
using WildCam.Storage.Cameras;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk;

/// <summary>What the page of boards and codes shows.</summary>
public sealed record EnrolmentsView(
    IReadOnlyList<Enrolment> Codes, IReadOnlyList<CameraOverview> Cameras, HubForCameras Hub, string? Problem,
    DateTimeOffset Now)
{
    public IEnumerable<Enrolment> Waiting => Codes.Where(c => c.State(Now) is EnrolmentState.Waiting);

    public IEnumerable<Enrolment> Others => Codes.Where(c => c.State(Now) is not EnrolmentState.Waiting);
}

/// <summary>Routes of boards that wait to become cameras, of the pack that makes one, and of labels.</summary>
static class EnrolmentRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var project = routes.MapGroup("/p/{project}");
        project.MapGet("/enrolments", ShowAsync);
        project.MapPost("/enrolments/pack", PackAsync).DisableAntiforgery();
        project.MapPost("/enrolments/{fingerprint}/accept", AcceptAsync).DisableAntiforgery();
        project.MapPost("/enrolments/{fingerprint}/reject", RejectAsync).DisableAntiforgery();
        project.MapPost("/enrolments/{fingerprint}/revoke", RevokeAsync).DisableAntiforgery();
        project.MapGet("/cameras/{code}/label", LabelAsync);
    }

    static async Task<IResult> ShowAsync(string project, HttpContext context, Frames frames, EnrolmentPages pages) =>
        await frames.OpenAsync(context, project) is { Project: not null, CanManage: true } frame
            ? await pages.ShowAsync(frame, null, context.RequestAborted)
            : await LookRoutes.NothingAsync(context, frames);

    /// <summary>
    /// Makes a code and gives the pack with it away, once: the hub keeps neither the code nor the Wi-Fi's password.
    /// </summary>
    static async Task<IResult> PackAsync(
        string project, HttpContext context, Frames frames, EnrolmentPages pages, CameraEnrolment enrolment,
        CamerasTable cameras)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var abort = context.RequestAborted;
        var form = await DeskGuard.ReadFormAsync(context);
        var code = form["camera"].ToString().Trim().ToLowerInvariant();
        var camera = code.Length == 0 || code.Length > 32 ? null : await cameras.ShowAsync(code, abort);
        var pack = await pages.ReadPackAsync(form, camera?.ProjectId == open.Id ? camera : null, abort);
        if (pack.Problem is { } problem)
        {
            return await pages.ShowAsync(frame, problem, abort);
        }

        var (made, refusal) = await enrolment.CreateAsync(
            open.Slug, code.Length == 0 ? null : code, context.Actor(), abort);
        if (made is null)
        {
            return await pages.ShowAsync(frame, FieldWords.Refused(refusal), abort);
        }

        context.Response.Headers.CacheControl = "no-store"; // The answer holds the code.
        return TypedResults.File(
            Zip(pages.Finish(pack.Pack!, made).Files()), "application/zip",
            $"wildcam-{(code.Length == 0 ? made.Fingerprint : code)}.zip");
    }

    static async Task<IResult> AcceptAsync(
        string project, string fingerprint, HttpContext context, Frames frames, EnrolmentPages pages,
        CameraEnrolment enrolment, CameraRegistration registration, EnrolmentsTable enrolments)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var abort = context.RequestAborted;
        var form = await DeskGuard.ReadFormAsync(context);
        var existing = form["camera"].ToString().Trim().ToLowerInvariant();
        var code = existing.Length > 0 ? existing : form["code"].ToString().Trim().ToLowerInvariant();
        var found = await enrolments.FindAsync(fingerprint, abort);
        if (found?.ProjectId != open.Id)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        if (found.State(pages.Now) is not (EnrolmentState.Waiting or EnrolmentState.Unused))
        {
            return await pages.ShowAsync(frame, FieldWords.Refused(EnrolmentRefusal.NotOpen), abort);
        }

        if (existing.Length == 0)
        {
            // A code that is taken must not quietly take another camera's place.
            var added = await registration.AddAsync(
                new NewCamera(open.Slug, code, form["name"].ToString().Trim())
                {
                    Board = found.Board ?? 0,
                    Actor = context.Actor(),
                },
                abort);
            if (added.Refusal is not CameraRefusal.None)
            {
                return await pages.ShowAsync(frame, RegisterWords.Refused(added.Refusal, code), abort);
            }
        }

        var refusal = await enrolment.AcceptAsync(open.Id, fingerprint, code, context.Actor(), abort);
        return refusal is EnrolmentRefusal.None
            ? TypedResults.LocalRedirect($"{frame.Root}/cameras/{code}")
            : await pages.ShowAsync(frame, FieldWords.Refused(refusal), abort);
    }

    static Task<IResult> RejectAsync(
        string project, string fingerprint, HttpContext context, Frames frames, EnrolmentPages pages,
        CameraEnrolment enrolment) =>
        EndAsync(project, fingerprint, context, frames, pages, id => enrolment.RejectAsync(
            id, fingerprint, context.Actor(), context.RequestAborted));

    static Task<IResult> RevokeAsync(
        string project, string fingerprint, HttpContext context, Frames frames, EnrolmentPages pages,
        CameraEnrolment enrolment) =>
        EndAsync(project, fingerprint, context, frames, pages, id => enrolment.RevokeAsync(
            id, fingerprint, context.Actor(), context.RequestAborted));

    static async Task<IResult> EndAsync(
        string project, string fingerprint, HttpContext context, Frames frames, EnrolmentPages pages,
        Func<int, Task<EnrolmentRefusal>> end)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame
            || !await pages.IsOfAsync(open.Id, fingerprint, context.RequestAborted))
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var refusal = await end(open.Id);
        return refusal is EnrolmentRefusal.None
            ? TypedResults.LocalRedirect($"{frame.Root}/enrolments")
            : await pages.ShowAsync(frame, FieldWords.Refused(refusal), context.RequestAborted);
    }

    static async Task<IResult> LabelAsync(
        string project, string code, HttpContext context, Frames frames, CamerasTable cameras, EnrolmentPages pages)
    {
        if (code.Length > 32 || code.Contains('\0', StringComparison.Ordinal)
            || await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame
            || await cameras.ShowAsync(code.ToLowerInvariant(), context.RequestAborted) is not { } camera
            || camera.ProjectId != open.Id)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var hub = await pages.HubAsync(context.RequestAborted);
        return new RazorComponentResult<LabelPage>(new Dictionary<string, object?>
        {
            [nameof(LabelPage.Frame)] = frame,
            [nameof(LabelPage.Camera)] = camera,
            [nameof(LabelPage.Label)] = new CameraLabel(
                CameraLabel.AddressOf(hub.WebUrl, camera.Code, null), camera.Code, camera.Name, null),
        });
    }

    static byte[] Zip(IReadOnlyList<PackFile> files)
    {
        using var target = new MemoryStream();
        using (var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in files)
            {
                using var entry = zip.CreateEntry(file.Name).Open();
                entry.Write(file.Bytes);
            }
        }

        return target.ToArray();
    }
}

/// <summary>Makes the page of boards and codes, and reads the form of a pack.</summary>
sealed class EnrolmentPages(
    EnrolmentsTable enrolments, CamerasTable cameras, IConfiguration configuration, IOptions<HubOptions> options,
    TimeProvider time)
{
    // Of the right length, so that what is checked is what will be.
    static readonly string Placeholder =
        $"{new string('0', EnrolmentsTable.FingerprintChars)}.{new string('x', CameraCredential.Chars)}";

    public DateTimeOffset Now => time.GetUtcNow();

    public Task<HubForCameras> HubAsync(CancellationToken cancellationToken) =>
        HubForCameras.ReadAsync(configuration, options.Value, cancellationToken);

    public async Task<bool> IsOfAsync(int projectId, string fingerprint, CancellationToken cancellationToken) =>
        (await enrolments.FindAsync(fingerprint, cancellationToken))?.ProjectId == projectId;

    public async Task<IResult> ShowAsync(Frame frame, string? problem, CancellationToken cancellationToken)
    {
        var project = frame.Project!.Id;
        var view = new EnrolmentsView(
            await enrolments.ListForPageAsync(project, cancellationToken),
            [.. (await cameras.ListAsync(project, cancellationToken)).Where(c => c.RevokedAt is null)],
            await HubAsync(cancellationToken), problem, Now);
        return new RazorComponentResult<EnrolmentsPage>(new Dictionary<string, object?>
        {
            [nameof(EnrolmentsPage.Frame)] = frame,
            [nameof(EnrolmentsPage.View)] = view,
        })
        {
            StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
        };
    }

    public async Task<(ProvisioningPack? Pack, string? Problem)> ReadPackAsync(
        IFormCollection form, CameraOverview? camera, CancellationToken cancellationToken)
    {
        var hub = await HubAsync(cancellationToken);
        var host = form["host"].ToString().Trim() is { Length: > 0 } typed ? typed : hub.Host;
        var wifi = form["wifi"].ToString();
        var port = form["port"].ToString().Trim();
        if (FlashBoard.Find(form["board"].ToString()) is not { } board)
        {
            return (null, "Choose a board.");
        }

        var pack = new ProvisioningPack
        {
            Board = board,
            Host = host,
            Port = hub.Port,
            EnrolmentLine = Placeholder,
            Authority = hub.Authority,
            IsOperatorTls = hub.IsOperatorTls,
            WifiName = wifi.Length == 0 ? null : wifi,
            WifiPassword = wifi.Length == 0 ? "" : form["wifi-password"].ToString(),
            SerialPort = port.Length == 0 ? "COM3" : port,
            Label = new CameraLabel(hub.WebUrl, camera?.Code, camera?.Name ?? "", null),
        };
        return (pack, hub.Against(host) ?? pack.Problem());
    }

    /// <summary>The pack with its code, and the label that goes with it.</summary>
    public ProvisioningPack Finish(ProvisioningPack pack, NewEnrolment made) => pack with
    {
        EnrolmentLine = made.Line,
        Label = pack.Label with
        {
            Address = CameraLabel.AddressOf(pack.Label.Address, pack.Label.Code, made.Fingerprint),
            Fingerprint = made.Fingerprint,
        },
    };
}
