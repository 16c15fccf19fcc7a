namespace WildCam.Camera.Ports
{
    /// <summary>
    /// The status light. It shows a code by itself, without the brain, until the next one:
    /// <see cref="LightCodes.IsLit"/> says when it burns.
    /// </summary>
    public interface ILight
    {
        /// <summary>Shows a value of <see cref="LightCodes"/> from now on; does not wait and does not throw.</summary>
        void Show(byte code);
    }
}
