using WildCam.Hub.Desk;
using WildCam.Storage;
using WildCam.Storage.Desk;
using WildCam.Storage.Review;

namespace WildCam.Tests.Desk;

public sealed class VerificationTests
{
    static readonly ProjectDirectory Names = new(
        new Dictionary<int, CameraEntry>(), new Dictionary<int, SiteEntry>(),
        new Dictionary<int, SpeciesEntry>
        {
            [1] = new(1, "vulpes-vulpes", "Vulpes vulpes", "Red fox"),
            [2] = new(2, "canis-latrans", "Canis latrans", "Coyote"),
        });

    static readonly SeenClass Fox = new(Category.Animal, 1);
    static readonly SeenClass Coyote = new(Category.Animal, 2);

    [Fact]
    public void The_matrix_has_people_in_rows_the_model_in_columns_and_its_silence_in_the_last()
    {
        var matrix = VerificationRoutes.Matrix(
            [new(Fox, Fox, 8), new(Fox, Coyote, 2), new(Coyote, Fox, 3), new(Coyote, null, 1)], Names)!;
        Assert.Equal(["Red fox", "Coyote", "Other"], matrix.Rows);
        Assert.Equal(["Red fox", "Coyote", "Other", "No claim"], matrix.Columns);
        Assert.Equal([8, 2, 0, 0], matrix.Counts[0]);
        Assert.Equal([3, 0, 0, 1], matrix.Counts[1]);
        Assert.Equal((14, 8), (matrix.Events, matrix.Right));
        Assert.Null(VerificationRoutes.Matrix([], Names));
    }

    [Fact]
    public void Rare_classes_are_counted_together()
    {
        var cells = Enumerable.Range(1, VerificationRoutes.ClassesMax + 5)
            .Select(n => new ConfusionCell(new SeenClass(Category.Animal, n), null, 100 - n)).ToList();
        var matrix = VerificationRoutes.Matrix(cells, Names)!;
        Assert.Equal(VerificationRoutes.ClassesMax + 1, matrix.Rows.Count);
        Assert.Equal(cells.Sum(c => c.Events), matrix.Counts.Sum(r => r.Sum()));
        Assert.Equal(cells.TakeLast(5).Sum(c => c.Events), matrix.Counts[^1].Sum());
    }

    [Fact]
    public void Suggestions_are_machines_words_the_surest_first_and_blank_only_alone()
    {
        TaskFinding Of(
            Category category, int taxon, double confidence, IdentificationSource source, bool current) => new(
            Guid.Empty, source, category, taxon, confidence, null, null, null, null, 1, current, 7, "m 1", null);
        var suggestions = ReviewTasks.Suggest(
            [
                Of(Category.Animal, 2, 0.31, IdentificationSource.Model, true),
                Of(Category.Animal, 1, 0.58, IdentificationSource.Model, true),
                Of(Category.Animal, 1, 0.40, IdentificationSource.Model, true),
                Of(Category.Blank, 0, 0.99, IdentificationSource.Model, false),
                Of(Category.Movement, 0, 0.99, IdentificationSource.Model, true),
                Of(Category.Person, 0, 1, IdentificationSource.Person, true),
            ], Names);
        Assert.Equal(["Suggested: Red fox 58\u00a0%", "Suggested: Coyote 31\u00a0%"], suggestions.Select(s => s.Text));
        Assert.Equal("blank", Assert.Single(ReviewTasks.Suggest(
            [Of(Category.Blank, 0, 0.9, IdentificationSource.Model, true)], Names)).Category);
    }

    [Fact]
    public void Digits_stay_with_the_sites_commonest_and_what_models_add_comes_last()
    {
        TaskSuggestion suggested = new("animal", 2, "Coyote", null, null, 1, "");
        Assert.Equal([1, 2], ReviewTasks.Slots([1], [suggested], Names).Select(s => s.Taxon));
        Assert.Equal([2, 1], ReviewTasks.Slots([2, 1], [suggested], Names).Select(s => s.Taxon));
    }

    [Theory]
    [InlineData("+0.06:02:00", 6 * 60 + 2)]
    [InlineData("-1.00:00:00", -24 * 60)]
    [InlineData("\u22120.00:05:00", -5)]
    public void Offsets_are_read_as_they_are_written(string text, int minutes)
    {
        Assert.Equal(TimeSpan.FromMinutes(minutes), ClockWords.ParseOffset(text));
        Assert.Equal(text.Replace('\u2212', '-'), ClockWords.Offset(TimeSpan.FromMinutes(minutes)));
        Assert.Null(ClockWords.ParseOffset("soon"));
    }

    [Fact]
    public void Every_queue_has_an_address_of_its_own()
    {
        var queues = Enum.GetValues<ReviewQueue>();
        Assert.Equal(queues.Select(q => (ReviewQueue?)q), queues.Select(q => ReviewWords.Parse(ReviewWords.Slug(q))));
        Assert.Null(ReviewWords.Parse("nothing"));
        Assert.Equal(queues.Length, queues.Select(ReviewWords.Queue).Distinct(StringComparer.Ordinal).Count());
    }
}
