using System.Text.Json;
using WildCam.Storage;
using WildCam.Storage.Exports;

namespace WildCam.Hub.Exports;

/// <summary>RFC 7946: a point an event and what it shows, for maps.</summary>
sealed class GeoJsonFile : IExportFormat
{
    public string Name => "geojson";

    public int Passes => 0;

    public async Task WriteAsync(ExportSource source, PartsWriter target, CancellationToken cancellationToken)
    {
        var names = new TaxonNames(source);
        await using var json = new Utf8JsonWriter(target);
        json.WriteStartObject();
        json.WriteString("type", "FeatureCollection");
        json.WriteStartArray("features");
        await foreach (var page in source.ReadEventsAsync(cancellationToken))
        {
            await names.LearnAsync(page.Select(e => e.TaxonId), cancellationToken);
            foreach (var visit in page)
            {
                if (source.PlaceOf(visit.CameraId, visit.StartedAt) is { } place)
                {
                    Write(json, names, visit, place);
                    source.Rows++;
                }
                else
                {
                    source.LeftOut++;
                }
            }

            await json.FlushAsync(cancellationToken);
            await target.SpillAsync(cancellationToken);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, TaxonNames names, ExportEvent visit, ToldPlace place)
    {
        json.WriteStartObject();
        json.WriteString("type", "Feature");
        json.WriteStartObject("geometry");
        json.WriteString("type", "Point");
        json.WriteStartArray("coordinates");
        json.WriteNumberValue(place.Longitude);
        json.WriteNumberValue(place.Latitude);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("properties");
        json.WriteString("event", visit.Id);
        json.WriteString("start", SiteClock.Text(visit.StartedAt, place.Zone));
        json.WriteString("end", SiteClock.Text(visit.EndedAt, place.Zone));
        json.WriteString("site", place.Place.Site);
        json.WriteString("siteName", place.Place.SiteName);
        json.WriteString("camera", place.Place.Camera);
        json.WriteString("category", CaptureWords.Of(visit.Category));
        json.WriteString("scientificName", names.Of(visit.TaxonId));
        json.WriteNumber("count", visit.Count);
        json.WriteBoolean("decided", visit.Source is IdentificationSource.Person);
        json.WriteNumber("uncertaintyMetres", place.UncertaintyMetres);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
