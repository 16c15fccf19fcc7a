using WildCam.Storage.Review;

namespace WildCam.Hub.Desk;

/// <summary>The words of review.</summary>
static class ReviewWords
{
    public const string NotForYou = "Only researchers and managers of a project decide. Ask a manager for the role.";
    public const string ForManagers = "Only managers of a project change its list of species.";
    public const string Gone = "This event is gone.";
    public const string NotListed = "A species that you choose must be on the project's list. Add it there first.";
    public const string Repeated = "The decision was undone already.";

    public static string Queue(ReviewQueue queue) => queue switch
    {
        ReviewQueue.LowConfidence => "Low confidence",
        ReviewQueue.Disagree => "Models disagree",
        ReviewQueue.Rare => "Rare here",
        ReviewQueue.NewSite => "New site",
        ReviewQueue.Questions => "Questions",
        _ => "Not reviewed",
    };

    public static string Why(ReviewQueue queue) => queue switch
    {
        ReviewQueue.LowConfidence => "A model says something, with a score below the project's threshold.",
        ReviewQueue.Disagree => "Two models contradict each other.",
        ReviewQueue.Rare =>
            $"A species that its camera showed on {ReviewQueuesTable.RareDaysMax} days of the last year or fewer.",
        ReviewQueue.NewSite => $"From the first {ReviewQueuesTable.NewSiteDays} days of a site.",
        ReviewQueue.Questions => "Somebody asks for another opinion.",
        _ => "No person has decided yet.",
    };

    public static string Slug(ReviewQueue queue) => queue switch
    {
        ReviewQueue.LowConfidence => "low",
        ReviewQueue.Disagree => "disagree",
        ReviewQueue.Rare => "rare",
        ReviewQueue.NewSite => "new-site",
        ReviewQueue.Questions => "questions",
        _ => "unreviewed",
    };

    public static ReviewQueue? Parse(string slug) =>
        Enum.GetValues<ReviewQueue>().Where(q => Slug(q) == slug).Select(q => (ReviewQueue?)q).FirstOrDefault();

    public static string Count(int n) => n >= ReviewQueuesTable.CountMax
        ? $"{Texts.Number(ReviewQueuesTable.CountMax)} or more"
        : Texts.Number(n);

    public static string Done(int today) => today == 1
        ? "Nothing left to decide here. 1 event today, thank you."
        : $"Nothing left to decide here. {Texts.Number(today)} events today, thank you.";

    public static string Step(BulkStep step)
    {
        var left = step.Skipped == 0 ? ""
            : step.Skipped == 1 ? " 1 event changed meanwhile and was left."
            : $" {Texts.Number(step.Skipped)} events changed meanwhile and were left.";
        return step.State switch
        {
            BulkState.Doing => $"{step.Text}: {Texts.Number(step.Done)} of {Texts.Events(step.Total)}.{left}",
            BulkState.Done => $"{step.Text}, {Texts.Events(step.Done)}.{left}",
            BulkState.Undoing => $"{step.Text} is taken back: {Texts.Events(step.Done)} left.",
            _ => $"{step.Text} was taken back.",
        };
    }

    public static string IsAt(string name, string place) => $"{name} is at {place}";
}
