namespace WildCam.Camera.Ports
{
    /// <summary>
    /// The infrared lamp. <see cref="CameraProfile.LampWarmUpMilliseconds"/> says how long it burns before the shutter
    /// may fire. No member blocks or throws.
    /// </summary>
    public interface ILamp
    {
        /// <summary>
        /// Whether the scene is too dark without the lamp: by a light sensor, or by the exposure of the image sensor's
        /// last picture. False where neither tells. Asked before the shutter, so the answer is ready at once.
        /// </summary>
        bool IsDark { get; }

        /// <summary>Turns the lamp on; again is harmless.</summary>
        void On();

        /// <summary>Turns the lamp off; again is harmless.</summary>
        void Off();
    }
}
