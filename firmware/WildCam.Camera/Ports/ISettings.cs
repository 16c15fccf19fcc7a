namespace WildCam.Camera.Ports
{
    /// <summary>
    /// A few small values that outlive power cuts, in the board's own flash, not on the card. A value is at most
    /// <see cref="SettingKeys.ValueBytesMax"/> long.
    /// </summary>
    public interface ISettings
    {
        /// <summary>The value of a key of <see cref="SettingKeys"/>; null where there is none.</summary>
        byte[] Get(byte key);

        /// <summary>
        /// Stores a value; durable when this returns true. A power cut leaves the old value or the new one, whole.
        /// </summary>
        bool Set(byte key, byte[] value);
    }
}
