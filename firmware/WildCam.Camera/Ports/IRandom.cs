namespace WildCam.Camera.Ports
{
    /// <summary>Chance, for jitter only: a board's generator may repeat after every boot.</summary>
    public interface IRandom
    {
        /// <summary>A number from 0 to below <paramref name="below"/>, which is above 0.</summary>
        int Next(int below);
    }
}
