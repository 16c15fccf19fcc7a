namespace WildCam.Camera.Ports
{
    /// <summary>
    /// Files, named by area and number (<see cref="StoreAreas"/>; <see cref="StorePaths"/> gives paths for a file
    /// system). A folder holds the files number / <see cref="StoreAreas.FilesPerFolder"/>. One file is written at a
    /// time. No member throws; false or -1 is a failed or removed card.
    /// Durability: bytes are safe once <see cref="Close"/>, <see cref="AppendTo"/> or <see cref="Delete"/> returned
    /// true. A power cut before that may leave any first part of the new bytes, and a deletion done or not done.
    /// </summary>
    public interface ISpoolStore
    {
        /// <summary>Makes a new empty file and opens it for appending; false if it exists.</summary>
        bool Create(byte area, uint number);

        /// <summary>Appends to the open file.</summary>
        bool Append(byte[] source, int offset, int count);

        /// <summary>Closes the open file; its bytes are durable when this returns true.</summary>
        bool Close();

        /// <summary>Opens (or makes) a file, appends and closes it; durable when this returns true.</summary>
        bool AppendTo(byte area, uint number, byte[] source, int offset, int count);

        /// <summary>Length in bytes; -1 if there is no such file.</summary>
        long Length(byte area, uint number);

        /// <summary>Reads at a position, in bytes; returns the bytes read, fewer at the end; -1 on failure.</summary>
        int Read(byte area, uint number, long position, byte[] target, int offset, int count);

        /// <summary>Deletes a file, and its folder where that became empty; true also where there was none.</summary>
        bool Delete(byte area, uint number);

        /// <summary>
        /// The nearest folder that exists, at or after <paramref name="from"/> (or at or before it, downwards).
        /// </summary>
        bool FindFolder(byte area, uint from, bool upwards, out uint folder);

        /// <summary>
        /// The numbers of a folder's files, in any order, into an array of at least
        /// <see cref="StoreAreas.FilesPerFolder"/>; returns how many, -1 on failure.
        /// </summary>
        int List(byte area, uint folder, uint[] numbers);
    }
}
