namespace WildCam.Loader
{
    /// <summary>The board's restart.</summary>
    public interface IReset
    {
        /// <summary>Restarts the board. On a board this does not return.</summary>
        void Reboot();
    }
}
