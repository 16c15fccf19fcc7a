namespace WildCam.Hub.Hosting;

/// <summary>The name that this process goes by among the hubs of its database; another one after each start.</summary>
public sealed class HubIdentity
{
    public Guid Id { get; } = Guid.CreateVersion7();
}
