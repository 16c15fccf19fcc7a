using System.Globalization;
using System.Net.Mail;
using WildCam.Hub.Hosting;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Desk;

/// <summary>
/// Reads the forms of the alerts page: a policy or a channel, or the sentence that says what does not fit.
/// </summary>
static class AlertForms
{
    const int MailAddressesMax = 10;

    /// <summary>Channels that a project may have; a browser is one person's.</summary>
    public static readonly ChannelKind[] ProjectKinds =
        [ChannelKind.Email, ChannelKind.Slack, ChannelKind.Sms, ChannelKind.Webhook];

    public static (AlertPolicy? Policy, string? Problem) ReadPolicy(IFormCollection form)
    {
        var rules = new List<AlertRule>();
        foreach (var rule in AlertRule.Defaults)
        {
            var (least, most) = AlertRule.Range(rule.Kind);
            var name = WatchWords.KindName(rule.Kind);
            if (!Number(form[$"limit-{(int)rule.Kind}"], least, most, out var limit))
            {
                return (null, $"“{name}”: the limit is a whole number from {least} to {most}.");
            }

            if (!Number(form[$"grace-{(int)rule.Kind}"], 0, AlertRule.GraceMinutesMax, out var grace))
            {
                return (null, $"“{name}”: it waits 0 to {AlertRule.GraceMinutesMax} minutes.");
            }

            rules.Add(new AlertRule(rule.Kind, form[$"on-{(int)rule.Kind}"] == "1", limit, grace));
        }

        var (from, until) = (form["quiet-from"].ToString(), form["quiet-until"].ToString());
        if (from.Length == 0 && until.Length == 0)
        {
            return (new AlertPolicy(rules, null), null);
        }

        return Minute(from) is { } begins && Minute(until) is { } ends
            ? (new AlertPolicy(rules, new QuietHours(begins, ends)), null)
            : (null, "Quiet hours have a beginning and an end, such as 22:00 and 07:00; leave both empty for none.");
    }

    public static (ChannelKind Kind, string Name, ChannelSettings? Settings, string? Problem) ReadChannel(
        IFormCollection form)
    {
        _ = Enum.TryParse<ChannelKind>(form["kind"], out var kind);
        var target = form["target"].ToString().Trim();
        var name = form["name"].ToString().Trim();
        var number = form["number"].ToString().Trim();
        var body = form["body"].ToString();
        var authorization = form["authorization"].ToString().Trim();
        var problem = !ProjectKinds.Contains(kind) ? "Choose a kind of channel."
            : name.Length is 0 or > AlertChannelsTable.NameCharsMax || HasControls(name)
                ? $"A channel's name has 1 to {AlertChannelsTable.NameCharsMax} characters."
            : target.Length is 0 or > ChannelSettings.TargetCharsMax || HasControls(target)
                ? $"Say where the channel leads, in at most {ChannelSettings.TargetCharsMax} characters."
            : body.Length > ChannelSettings.BodyCharsMax
                ? $"The body has at most {ChannelSettings.BodyCharsMax} characters."
            : HasControls(authorization) ? "The authorization is one line."
            : kind == ChannelKind.Email ? MailProblem(target)
            : !IsWebAddress(target) ? "The address begins with https:// and holds no user name or password."
            : kind == ChannelKind.Sms && !IsNumber(number) ? "The number is written as in +33612345678."
            : kind == ChannelKind.Sms && !(target + body).Contains("{text}", StringComparison.Ordinal)
                ? "The address or the body holds {text}, where the message goes, and {to} for the number."
            : null;
        return (kind, name, problem is not null ? null : kind switch
        {
            ChannelKind.Webhook => new ChannelSettings(target, Secret: ChannelSettings.NewSecret()),
            ChannelKind.Sms => new ChannelSettings(target, Number: number, Body: body, Authorization: authorization),
            _ => new ChannelSettings(target),
        }, problem);
    }

    static string? MailProblem(string target)
    {
        var addresses = target.Split(',', StringSplitOptions.TrimEntries);
        return addresses.Length > MailAddressesMax ? $"One channel holds at most {MailAddressesMax} addresses."
            : addresses.FirstOrDefault(a => !MailAddress.TryCreate(a, out _)) is { } wrong
                ? $"“{wrong}” is no e-mail address."
            : null;
    }

    // Without TLS anybody on the way could read it; the guard lets plain http pass only where the operator allows it.
    static bool IsWebAddress(string target) =>
        Uri.TryCreate(target, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"
        && uri is { UserInfo: "", Host.Length: > 0 };

    static bool IsNumber(string number) =>
        number.Length is >= 5 and <= 20 && number.TrimStart('+').All(char.IsAsciiDigit);

    static bool HasControls(string text) => text.Any(char.IsControl);

    internal static bool Number(string? text, int least, int most, out int number) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out number) && number >= least && number <= most;

    internal static int? Minute(string text) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? (time.Hour * 60) + time.Minute
            : null;
}
