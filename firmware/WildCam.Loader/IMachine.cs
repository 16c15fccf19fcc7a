namespace WildCam.Loader
{
    /// <summary>The runtime: loads code, runs it, waits. No member throws.</summary>
    public interface IMachine
    {
        /// <summary>
        /// Loads an assembly, whose array it keeps until the next restart; false where the runtime refuses it: it
        /// checks marker, CRC-32 and references.
        /// </summary>
        bool TryLoad(byte[] assembly);

        /// <summary>
        /// Runs the entry of what was loaded last, or of the built-in application where nothing was; false where there
        /// is no entry. True once the application has ended, by an exception or otherwise.
        /// </summary>
        bool TryRun(int slot, bool isPending);

        /// <summary>Forgets what was loaded: the built-in application is run next.</summary>
        void Forget();

        /// <summary>Waits.</summary>
        void Pause(int milliseconds);
    }
}
