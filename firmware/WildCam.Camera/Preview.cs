using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>A live preview: small frames, in parts, at quality of service 0; a lost part loses its frame.</summary>
    public sealed class Preview
    {
        // Small and coarse: a person aims the camera by it.
        const byte FrameQuality = 40;

        readonly CameraPorts _ports;
        readonly int _partBytes;
        long _until;
        long _nextAt;
        uint _frame;
        int _frameBytes;
        int _at;

        internal Preview(CameraPorts ports, int chunkBytes)
        {
            _ports = ports;
            _partBytes = chunkBytes;
        }

        /// <summary>Whether a preview runs.</summary>
        public bool IsOn(long now)
        {
            return now < _until;
        }

        /// <summary>Whether the sensor works for a preview frame.</summary>
        public bool HasSensor { get; set; }

        /// <summary>Frames sent whole since the start.</summary>
        public uint FrameCount { get; set; }

        /// <summary>Starts a preview of so many seconds, or sets the end of the one that runs.</summary>
        public void Start(long now, uint seconds)
        {
            uint bounded = seconds < Limits.PreviewSecondsMax ? seconds : Limits.PreviewSecondsMax;
            _until = now + (long)bounded * 1000;
        }

        /// <summary>The sensor is needed for a picture: the frame under way is given up.</summary>
        public void GiveUpFrame()
        {
            if (HasSensor)
            {
                _ports.Sensor.Stop();
                _frameBytes = 0;
                HasSensor = false;
            }
        }

        /// <summary>Sends the next part; returns ms until the next step.</summary>
        public int Step(long now)
        {
            if (!IsOn(now))
            {
                GiveUpFrame();
                return Limits.IdleMilliseconds;
            }

            if (_frameBytes == 0)
            {
                if (now < _nextAt)
                {
                    return (int)(_nextAt - now);
                }

                _nextAt = now + Limits.PreviewFrameMilliseconds;
                HasSensor = true;
                _frameBytes = _ports.Sensor.Start(Resolutions.Vga640, FrameQuality, false);
                if (_frameBytes <= 0 || _frameBytes > PreviewHeader.FrameBytesMax)
                {
                    GiveUpFrame();
                    return Limits.PreviewFrameMilliseconds;
                }

                _frame++;
                _at = 0;
            }

            int count = _frameBytes - _at < _partBytes ? _frameBytes - _at : _partBytes;
            byte[] message = new byte[PreviewHeader.Bytes + count];
            int filled = 0;
            int read = 1;
            while (read > 0 && filled < count)
            {
                read = _ports.Sensor.Read(message, PreviewHeader.Bytes + filled, count - filled);
                filled += read > 0 ? read : 0;
            }

            // A sensor may promise more than it gives; a JPEG reader ignores the zeros behind the picture's end.
            PreviewHeader header = new PreviewHeader();
            header.Frame = _frame;
            header.FrameBytes = (uint)_frameBytes;
            header.Offset = (uint)_at;
            header.Length = (ushort)count;
            header.Write(message, 0);
            if (read < 0 || _ports.Link.Publish(Topics.Preview, "", message, 0) == 0)
            {
                GiveUpFrame();
                return Limits.RetryMilliseconds;
            }

            _at += count;
            if (_at == _frameBytes)
            {
                FrameCount++;
                GiveUpFrame();
            }

            return 0;
        }
    }
}
