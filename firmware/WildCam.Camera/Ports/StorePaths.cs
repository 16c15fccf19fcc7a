namespace WildCam.Camera.Ports
{
    /// <summary>Where an area's files lie in a file system, relative to the store's root, with '/'.</summary>
    public static class StorePaths
    {
        /// <summary>The folder of an area.</summary>
        public static string Area(byte area)
        {
            switch (area)
            {
                case StoreAreas.Spool: return "spool";
                case StoreAreas.Dead: return "dead";
                case StoreAreas.Held: return "held";
                default: return "ledger";
            }
        }

        /// <summary>A folder of <see cref="StoreAreas.FilesPerFolder"/> files, as <c>spool/000012</c>.</summary>
        public static string Folder(byte area, uint folder)
        {
            return Area(area) + "/" + folder.ToString("D6");
        }

        /// <summary>A file, as <c>spool/000012/00001234.jpg</c>: names fit 8.3 and sort by age.</summary>
        public static string File(byte area, uint number)
        {
            return Folder(area, number / StoreAreas.FilesPerFolder) + "/" + number.ToString("D8") + Ending(area);
        }

        /// <summary>How the names of an area's files end.</summary>
        public static string Ending(byte area)
        {
            return area == StoreAreas.Ledger ? ".led" : ".jpg";
        }
    }
}
