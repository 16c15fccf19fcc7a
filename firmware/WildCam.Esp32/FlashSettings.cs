using System;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Esp32
{
    /// <summary>
    /// Values in the board's flash, two files for each key. A change writes the older file; a power cut then leaves the
    /// newer one as it was. Layout of a file: sequence u32, value, CRC-32 of both u32.
    /// </summary>
    public sealed class FlashSettings : ISettings
    {
        /// <summary>Keys are below this.</summary>
        public const int KeysMax = 32;

        const int ExtraBytes = 8;

        readonly ICrc32 _crc;
        readonly byte[] _file = new byte[SettingKeys.ValueBytesMax + ExtraBytes];
        readonly byte[][] _values = new byte[KeysMax][];
        readonly uint[] _sequences = new uint[KeysMax];
        readonly bool[] _isRead = new bool[KeysMax];

        /// <summary>The settings of this board.</summary>
        public FlashSettings(ICrc32 crc)
        {
            _crc = crc;
        }

        /// <inheritdoc/>
        public byte[] Get(byte key)
        {
            if (key >= KeysMax)
            {
                return null;
            }

            if (!_isRead[key])
            {
                _isRead[key] = true;
                ReadCopy(key, 0);
                ReadCopy(key, 1);
            }

            return _values[key];
        }

        /// <inheritdoc/>
        public bool Set(byte key, byte[] value)
        {
            if (key >= KeysMax || value.Length > SettingKeys.ValueBytesMax)
            {
                return false;
            }

            Get(key);
            uint sequence = _sequences[key] + 1;
            LittleEndian.WriteUInt32(_file, 0, sequence);
            Array.Copy(value, 0, _file, 4, value.Length);
            LittleEndian.WriteUInt32(_file, 4 + value.Length, _crc.Compute(_file, 0, 4 + value.Length));
            if (!FlashFiles.Replace(Name(key, (int)(sequence % 2)), _file, value.Length + ExtraBytes))
            {
                return false;
            }

            byte[] kept = new byte[value.Length];
            Array.Copy(value, 0, kept, 0, value.Length);
            _values[key] = kept;
            _sequences[key] = sequence;
            return true;
        }

        void ReadCopy(byte key, int copy)
        {
            byte[] file = FlashFiles.ReadAll(Name(key, copy), SettingKeys.ValueBytesMax + ExtraBytes);
            if (file == null || file.Length < ExtraBytes)
            {
                return;
            }

            int crcAt = file.Length - 4;
            uint sequence = LittleEndian.ReadUInt32(file, 0);
            if (LittleEndian.ReadUInt32(file, crcAt) == _crc.Compute(file, 0, crcAt) && sequence > _sequences[key])
            {
                byte[] value = new byte[file.Length - ExtraBytes];
                Array.Copy(file, 4, value, 0, value.Length);
                _values[key] = value;
                _sequences[key] = sequence;
            }
        }

        static string Name(byte key, int copy)
        {
            return "set" + ((int)key).ToString("D2") + "." + copy.ToString();
        }
    }
}
