namespace WildCam.Mqtt;

/// <summary>Topic names and topic filters. MQTT 3.1.1 and 5.0, 4.7.</summary>
public static class MqttTopic
{
    /// <summary>Whether a PUBLISH may carry it: not empty, no wildcard, no U+0000.</summary>
    /// <remarks>[MQTT-4.7.3-1], [MQTT-4.7.3-2], [MQTT-3.3.2-2].</remarks>
    public static bool IsName(string topic) => topic.Length > 0 && topic.AsSpan().IndexOfAny('+', '#', '\0') < 0;

    /// <summary>Whether a SUBSCRIBE may carry it: wildcards fill a level, and # is the last.</summary>
    /// <remarks>[MQTT-4.7.1-2], [MQTT-4.7.1-3], [MQTT-4.7.3-1].</remarks>
    public static bool IsFilter(string filter)
    {
        if (filter.Length == 0 || filter.Contains('\0'))
        {
            return false;
        }

        for (var i = 0; i < filter.Length; i++)
        {
            if (filter[i] is not ('+' or '#'))
            {
                continue;
            }

            var startsLevel = i == 0 || filter[i - 1] == '/';
            var endsLevel = i == filter.Length - 1 || (filter[i] == '+' && filter[i + 1] == '/');
            if (!startsLevel || !endsLevel)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the name falls under the filter; both must be valid.</summary>
    /// <remarks>
    /// Levels are compared ordinally ([MQTT-4.7.3-4]); "sport/#" covers "sport" too (4.7.1.2); a leading wildcard does
    /// not cover names that begin with $ ([MQTT-4.7.2-1]).
    /// </remarks>
    public static bool Matches(string filter, string topic)
    {
        if (topic.StartsWith('$') && !filter.StartsWith('$'))
        {
            return false;
        }

        int f = 0, t = 0;
        while (f < filter.Length)
        {
            switch (filter[f])
            {
                case '#':
                    return true;
                case '+':
                    while (t < topic.Length && topic[t] != '/')
                    {
                        t++;
                    }

                    f++;
                    break;
                default:
                    if (t == topic.Length)
                    {
                        return f + 2 == filter.Length && filter[f] == '/' && filter[f + 1] == '#';
                    }

                    if (filter[f] != topic[t])
                    {
                        return false;
                    }

                    f++;
                    t++;
                    break;
            }
        }

        return t == topic.Length;
    }
}
