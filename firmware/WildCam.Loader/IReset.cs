namespace WildCam.Loader
{
    /// <summary>How the board starts anew. On a board neither member returns.</summary>
    public interface IReset
    {
        /// <summary>Whether this start ended a deep sleep: the run before it did not fail on its own.</summary>
        bool IsWake { get; }

        /// <summary>Restarts the board.</summary>
        void Reboot();

        /// <summary>A deep sleep of so many seconds, then a start that ended a sleep.</summary>
        void Sleep(int seconds);
    }
}
