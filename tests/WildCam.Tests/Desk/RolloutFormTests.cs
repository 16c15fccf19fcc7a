using WildCam.Hub.Desk;
using WildCam.Storage.Fleet;

namespace WildCam.Tests.Desk;

public sealed class RolloutFormTests
{
    static RolloutForm Read(params (string Name, string Value)[] fields) =>
        RolloutForm.Read(name => fields.FirstOrDefault(f => f.Name == name).Value);

    [Fact]
    public void An_empty_form_is_the_careful_plan()
    {
        var plan = Read().ToPlan(out var problem);
        Assert.Null(problem);
        Assert.Equal(RolloutPlan.Careful.Write(), plan!.Write());
        Assert.Equal("/p/creek/updates/new?firmware=7", Read().Address("/p/creek", 7));
    }

    [Fact]
    public void Steps_are_read_as_people_write_them()
    {
        var form = Read(("steps", " 3, 10%,tag: north , REST"), ("watch", "0.5"), ("rate", "12.5"));
        var plan = form.ToPlan(out _)!;
        Assert.Equal(
            [new(StepKind.Count, 3), new(StepKind.Percent, 10), new(StepKind.Tag, Tag: "north"), new(StepKind.Rest)],
            plan.Steps);
        Assert.Equal((TimeSpan.FromMinutes(30), 12_500), (plan.Watch, plan.BytesPerSecondMax));
        Assert.Equal("3, 10 %, tag:north, rest", RolloutForm.Of(plan).Steps);
    }

    [Theory]
    [InlineData("steps", "2, most", "'most' is no step")]
    [InlineData("steps", "2, 5 %", "The last step")]
    [InlineData("steps", "-1, rest", "'-1' is no step")]
    [InlineData("steps", "0, rest", "Step 1 takes 1 to")]
    [InlineData("steps", ",", "1 to 10 steps")]
    [InlineData("watch", "soon", "are numbers")]
    [InlineData("watch", "1e300", "are numbers")]
    [InlineData("watch", "-3", "A time of a rollout")]
    [InlineData("good", "NaN", "are numbers")]
    [InlineData("good", "101", "per cent of good cameras")]
    [InlineData("failures", "0", "failures")]
    [InlineData("battery", "95", "per cent of charge")]
    [InlineData("rate", "0", "bytes a second")]
    public void What_is_no_plan_says_why(string field, string value, string why)
    {
        Assert.Null(Read((field, value)).ToPlan(out var problem));
        Assert.Contains(why, problem, StringComparison.Ordinal);
    }
}
