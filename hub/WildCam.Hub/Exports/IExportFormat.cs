namespace WildCam.Hub.Exports;

/// <summary>Writes one kind of file.</summary>
interface IExportFormat
{
    /// <summary>One of <see cref="Storage.Exports.ExportFormat.All"/>.</summary>
    string Name { get; }

    /// <summary>How often it goes over the captures, for progress.</summary>
    int Passes { get; }

    /// <summary>Writes the whole file; parts are stored as they fill.</summary>
    /// <exception cref="ExportException">The project cannot be told in this format; the message says why.</exception>
    Task WriteAsync(ExportSource source, PartsWriter target, CancellationToken cancellationToken);
}

/// <summary>The project holds nothing that the format could tell; trying again is no use.</summary>
sealed class ExportException(string message) : Exception(message);
