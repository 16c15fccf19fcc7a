using WildCam.Hub.Desk;
using WildCam.Storage.Ingest;

namespace WildCam.Tests.Desk;

public sealed class UploadWordsTests
{
    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(1, 0, "1 upload was given up in the last 24 hours: its camera sends it again.")]
    [InlineData(
        1, 1, "1 upload was given up in the last 24 hours: its camera sends it again. It has arrived since.")]
    [InlineData(3, 0, "3 uploads were given up in the last 24 hours: their cameras send them again.")]
    [InlineData(
        3, 1, "3 uploads were given up in the last 24 hours: their cameras send them again. 1 has arrived since.")]
    [InlineData(
        3, 3,
        "3 uploads were given up in the last 24 hours: their cameras send them again. All of them have arrived since.")]
    public void The_jobs_page_tells_of_uploads_that_were_given_up_lately(int givenUp, int arrived, string? sentence) =>
        Assert.Equal(sentence, UploadWords.Lately(new AbandonedCount(givenUp, arrived)));

    [Fact]
    public void A_camera_page_tells_how_many_are_not_here_yet()
    {
        Assert.Equal(
            "1 upload given up in 30 days, 1 not here yet", UploadWords.OfCamera([Row(AbandonedState.Missing)]));
        Assert.Equal(
            "1 upload given up in 30 days, arrived since", UploadWords.OfCamera([Row(AbandonedState.Stored)]));
        Assert.Equal(
            "3 uploads given up in 30 days, 1 not here yet",
            UploadWords.OfCamera([Row(AbandonedState.Missing), Row(AbandonedState.Held), Row(AbandonedState.Stored)]));
        Assert.Equal(
            "2 uploads given up in 30 days, all arrived since",
            UploadWords.OfCamera([Row(AbandonedState.Erased), Row(AbandonedState.Stored)]));
    }

    [Fact]
    public void A_picture_is_named_by_its_number_on_the_camera()
    {
        var row = Row(AbandonedState.Missing);
        Assert.Equal("Number 258", UploadWords.NumberOf(row));
        Assert.Equal("100 KB of 300 KB", UploadWords.Part(row));
    }

    static AbandonedUploadRow Row(AbandonedState state) => new(
        [7, 7, 7, 7, 7, 7, 7, 7, 2, 1, 0, 0, 0, 0, 0, 0], DateTimeOffset.UnixEpoch, 1, 300_000, 100_000, state, null);
}
