namespace WildCam.IntegrationTests;

/// <summary>
/// Test classes that judge times or count what the whole process does; nothing else runs meanwhile.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
