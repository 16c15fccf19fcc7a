namespace WildCam.Hub.Desk;

/// <summary>The words of the pages that bring data in.</summary>
static class ImportWords
{
    public const string PackagesAreFor =
        "Packages of others are kept as they came, and go out again with this project's Camtrap DP exports. Their "
        + "pictures are not here, so that nobody can look again: they count in none of this project's sums, charts and "
        + "lists of species. Bring the pictures in as a card to have them counted.";
}
