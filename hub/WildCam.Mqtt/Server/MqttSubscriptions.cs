namespace WildCam.Mqtt;

/// <summary>The filters of one connection. Every member is called under the sender's gate.</summary>
sealed class MqttSubscriptions(int subscriptionsMax)
{
    readonly List<(string Filter, MqttQos Qos)> _filters = new(1);

    /// <summary>Adds a filter or replaces the same one ([MQTT-3.8.4-3]); false where there are too many.</summary>
    public bool TryAdd(string filter, MqttQos qos)
    {
        var at = _filters.FindIndex(f => f.Filter == filter);
        if (at >= 0)
        {
            _filters[at] = (filter, qos);
            return true;
        }

        if (_filters.Count == subscriptionsMax)
        {
            return false;
        }

        _filters.Add((filter, qos));
        return true;
    }

    /// <summary>Removes exactly this filter ([MQTT-3.10.4-1]).</summary>
    public bool Remove(string filter) => _filters.RemoveAll(f => f.Filter == filter) > 0;

    /// <summary>
    /// The highest quality of service granted to a filter that covers the topic; a message goes once however many
    /// filters overlap ([MQTT-3.3.5-1]).
    /// </summary>
    public bool TryMatch(string topic, out MqttQos granted)
    {
        var found = false;
        granted = MqttQos.AtMostOnce;
        foreach (var (filter, qos) in _filters)
        {
            if (MqttTopic.Matches(filter, topic))
            {
                found = true;
                granted = qos > granted ? qos : granted;
            }
        }

        return found;
    }
}
