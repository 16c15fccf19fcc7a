using System;
using System.IO;

namespace WildCam.Esp32
{
    /// <summary>
    /// Small files in the board's own flash, drive I: (littlefs). Bytes are durable once the file is closed.
    /// </summary>
    public static class FlashFiles
    {
        /// <summary>The drive.</summary>
        public const string Root = "I:\\";

        /// <summary>A file's bytes, at most so many; null where there is none or it cannot be read.</summary>
        public static byte[] ReadAll(string name, int bytesMax)
        {
            FileStream file = null;
            try
            {
                if (!File.Exists(Root + name))
                {
                    return null;
                }

                file = new FileStream(Root + name, FileMode.Open, FileAccess.Read);
                int length = (int)file.Length;
                if (length > bytesMax)
                {
                    return null;
                }

                byte[] bytes = new byte[length];
                int done = 0;
                while (done < length)
                {
                    int read = file.Read(bytes, done, length - done);
                    if (read <= 0)
                    {
                        return null;
                    }

                    done += read;
                }

                return bytes;
            }
            catch (Exception)
            {
                return null;
            }
            finally
            {
                Close(file);
            }
        }

        /// <summary>Replaces a file; durable when this returns true. A power cut may leave anything in it.</summary>
        public static bool Replace(string name, byte[] bytes, int count)
        {
            FileStream file = null;
            try
            {
                file = new FileStream(Root + name, FileMode.Create, FileAccess.Write);
                file.Write(bytes, 0, count);
                FileStream closing = file;
                file = null;
                closing.Close();
                return true;
            }
            catch (Exception)
            {
                return false;
            }
            finally
            {
                Close(file);
            }
        }

        /// <summary>Closes a file whatever state it is in.</summary>
        internal static void Close(FileStream file)
        {
            try
            {
                if (file != null)
                {
                    file.Close();
                }
            }
            catch (Exception)
            {
                // It is given up anyway.
            }
        }
    }
}
