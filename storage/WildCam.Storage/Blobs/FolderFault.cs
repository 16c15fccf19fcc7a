namespace WildCam.Storage.Blobs;

/// <summary>What the file system's complaints mean to the caller.</summary>
static class FolderFault
{
    // Numbers of Linux; the runtime passes them on in HResult.
    const int PermissionDenied = 13; // EACCES
    const int NotPermitted = 1; // EPERM
    const int NoSpace = 28; // ENOSPC
    const int ReadOnly = 30; // EROFS
    const int OverQuota = 122; // EDQUOT

    public static bool Is(Exception fault) => fault is IOException or UnauthorizedAccessException;

    public static BlobStoreException Told(Exception fault, string attempted)
    {
        var code = fault is UnauthorizedAccessException ? PermissionDenied : fault.HResult;
        return code switch
        {
            NoSpace or OverQuota => new BlobStoreException(
                BlobFault.Full,
                $"Could not {attempted}: the disk is full. Free space, or move WildCam:Blobs:Folder.", fault),
            PermissionDenied or NotPermitted or ReadOnly => new BlobStoreException(
                BlobFault.Denied, $"Could not {attempted}: {fault.Message} Let the hub's user write there.", fault),
            _ => new BlobStoreException(BlobFault.Unavailable, $"Could not {attempted}: {fault.Message}", fault),
        };
    }
}
