using System.IO;
using WildCam.Camera.Ports;

namespace WildCam.Esp32
{
    /// <summary>
    /// Where the spool's files lie on the card: as StorePaths says, with the drive and its separator.
    /// </summary>
    public static class CardPaths
    {
        /// <summary>The drive.</summary>
        public const string Root = "D:\\";

        internal static string AreaOf(byte area)
        {
            return Root + StorePaths.Area(area);
        }

        /// <summary>Makes the folder of a file where there is none.</summary>
        internal static void MakeFolder(byte area, uint number)
        {
            string root = AreaOf(area);
            if (!Directory.Exists(root))
            {
                Directory.CreateDirectory(root);
            }

            string folder = FolderOf(area, number / StoreAreas.FilesPerFolder);
            if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder);
            }
        }

        internal static string FolderOf(byte area, uint folder)
        {
            return AreaOf(area) + "\\" + folder.ToString("D6");
        }

        internal static string PathOf(byte area, uint number)
        {
            return FolderOf(area, number / StoreAreas.FilesPerFolder) + "\\" + number.ToString("D8")
                + StorePaths.Ending(area);
        }

        /// <summary>The number that the last part of a path begins with.</summary>
        internal static uint NumberIn(string path)
        {
            uint number = 0;
            for (int i = path.LastIndexOf('\\') + 1; i < path.Length && path[i] >= '0' && path[i] <= '9'; i++)
            {
                number = number * 10 + (uint)(path[i] - '0');
            }

            return number;
        }
    }
}
