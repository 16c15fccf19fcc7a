using WildCam.Camera.Ports;
using WildCam.Wire;
using Esp32Sleep = nanoFramework.Hardware.Esp32.Sleep;

namespace WildCam.Esp32
{
    /// <summary>
    /// Why the board runs. The chip tells what ended a deep sleep and nothing about other restarts, so those that the
    /// program makes leave a note in the flash. Layout of the note: cause u8, RTC in ms i64, CRC-32 u32; of the last
    /// real restart: cause u8.
    /// </summary>
    public sealed class WakeRecord
    {
        /// <summary>A note of a restart counts for so long, in ms: by then the program runs again.</summary>
        public const int NoteMilliseconds = 60000;

        const string NoteFile = "reboot";
        const string ResetFile = "reset";
        const int NoteBytes = 13;

        readonly ICrc32 _crc;

        /// <summary>Finds out; an update that waits for its proof explains a restart, too.</summary>
        public WakeRecord(ICrc32 crc, bool isPending)
        {
            _crc = crc;
            ResetCause = WakeCauses.Unknown;
            byte[] before = FlashFiles.ReadAll(ResetFile, 1);
            if (before != null && before.Length == 1)
            {
                ResetCause = before[0];
            }

            WakeCause = OfSleep();
            if (WakeCause != WakeCauses.PowerOn)
            {
                IsClockKept = true;
                return;
            }

            byte[] note = FlashFiles.ReadAll(NoteFile, NoteBytes);
            if (note != null && note.Length == NoteBytes
                && LittleEndian.ReadUInt32(note, 9) == _crc.Compute(note, 0, 9))
            {
                long passed = RtcClock.SystemMilliseconds - (long)LittleEndian.ReadUInt64(note, 1);
                IsClockKept = passed >= 0 && passed < NoteMilliseconds;
                WakeCause = IsClockKept ? note[0] : WakeCause;
                FlashFiles.Replace(NoteFile, note, 0);
            }

            if (IsClockKept && isPending)
            {
                WakeCause = WakeCauses.Update;
            }

            // Written at real restarts only, which are few.
            ResetCause = WakeCause;
            FlashFiles.Replace(ResetFile, new byte[] { WakeCause }, 1);
        }

        /// <summary>Why the program runs, a value of WakeCauses.</summary>
        public byte WakeCause { get; set; }

        /// <summary>Why the board last restarted other than out of sleep, a value of WakeCauses.</summary>
        public byte ResetCause { get; set; }

        /// <summary>Whether the real-time clock ran on.</summary>
        public bool IsClockKept { get; set; }

        /// <summary>Leaves a note for the next start.</summary>
        public void Rebooting(byte cause, long rtcMilliseconds)
        {
            byte[] note = new byte[NoteBytes];
            note[0] = cause;
            LittleEndian.WriteUInt64(note, 1, (ulong)rtcMilliseconds);
            LittleEndian.WriteUInt32(note, 9, _crc.Compute(note, 0, 9));
            FlashFiles.Replace(NoteFile, note, NoteBytes);
        }

        static byte OfSleep()
        {
            switch (Esp32Sleep.GetWakeupCause())
            {
                case Esp32Sleep.WakeupCause.Timer: return WakeCauses.Timer;
                case Esp32Sleep.WakeupCause.Ext0: return WakeCauses.Motion;
                case Esp32Sleep.WakeupCause.Ext1: return WakeCauses.Motion;
                default: return WakeCauses.PowerOn;
            }
        }
    }
}
