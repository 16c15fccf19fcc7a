using System.Security.Cryptography;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// Gives every picture an id that no other ever had: the spool id, which the hub issues, and a counter that is
    /// reserved in the settings before it is used. Until the hub answered, the spool id is derived from the
    /// credential, the hardware address, the boot count and the clock, since a board's random generator repeats.
    /// </summary>
    public sealed class CaptureIds
    {
        readonly ISettings _settings;
        ulong _next;
        ulong _reserved;

        /// <summary>Reads what the settings hold, and derives a spool id where there is none.</summary>
        public CaptureIds(CameraPorts ports, CameraProfile profile, uint boot)
        {
            _settings = ports.Settings;
            byte[] reserved = _settings.Get(SettingKeys.CounterReserved);
            _reserved = reserved != null && reserved.Length == 8 ? LittleEndian.ReadUInt64(reserved, 0) : 1;
            _next = _reserved;
            byte[] spool = _settings.Get(SettingKeys.Spool);
            if (spool != null && spool.Length == 9)
            {
                SpoolId = LittleEndian.ReadUInt64(spool, 0);
                IsIssued = spool[8] != 0;
            }
            else
            {
                Keep(Derive(profile, boot, ports.Clock.RtcMilliseconds), false);
            }
        }

        /// <summary>The spool that new pictures belong to; never 0.</summary>
        public ulong SpoolId { get; set; }

        /// <summary>Whether the hub issued it.</summary>
        public bool IsIssued { get; set; }

        /// <summary>The number of the next picture.</summary>
        public ulong Next
        {
            get { return _next; }
        }

        /// <summary>Takes the spool id that the hub issued.</summary>
        public void Issue(ulong spoolId)
        {
            if (spoolId != 0 && !IsIssued)
            {
                Keep(spoolId, true);
            }
        }

        /// <summary>A picture with this id exists on the card: no new one gets its number.</summary>
        public void Seen(ulong spoolId, ulong counter)
        {
            if (spoolId == SpoolId && counter >= _next)
            {
                _next = counter + 1;
            }
        }

        /// <summary>The next number; false where it could not be reserved, so that it might come twice.</summary>
        public bool TryNext(out ulong counter)
        {
            counter = _next;
            if (_next >= _reserved)
            {
                byte[] value = new byte[8];
                LittleEndian.WriteUInt64(value, 0, _next + Limits.CounterReserve);
                if (!_settings.Set(SettingKeys.CounterReserved, value))
                {
                    return false;
                }

                _reserved = _next + Limits.CounterReserve;
            }

            _next++;
            return true;
        }

        void Keep(ulong spoolId, bool isIssued)
        {
            byte[] value = new byte[9];
            LittleEndian.WriteUInt64(value, 0, spoolId);
            value[8] = isIssued ? (byte)1 : (byte)0;
            if (_settings.Set(SettingKeys.Spool, value) || SpoolId == 0)
            {
                SpoolId = spoolId;
                IsIssued = isIssued;
            }
        }

        static ulong Derive(CameraProfile profile, uint boot, long rtcMilliseconds)
        {
            int addressBytes = profile.HardwareAddress.Length;
            byte[] facts = new byte[addressBytes + 12];
            System.Array.Copy(profile.HardwareAddress, 0, facts, 0, addressBytes);
            LittleEndian.WriteUInt32(facts, addressBytes, boot);
            LittleEndian.WriteUInt64(facts, addressBytes + 4, (ulong)rtcMilliseconds);
            ulong id = LittleEndian.ReadUInt64(HMACSHA256.HashData(profile.Password, facts), 0);
            return id == 0 ? 1 : id;
        }
    }
}
