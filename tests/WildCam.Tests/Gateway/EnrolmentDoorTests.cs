using System.Net;
using WildCam.Hub.Gateway;
using WildCam.Mqtt;

namespace WildCam.Tests.Gateway;

public sealed class EnrolmentDoorTests
{
    [Theory]
    [InlineData("10.0.0.7", true, true)]
    [InlineData("10.0.0.7", false, false)]
    [InlineData("2001:db8::7", false, false)]
    [InlineData("::ffff:10.0.0.7", false, false)]
    [InlineData("127.0.0.1", false, true)]
    [InlineData("::1", false, true)]
    [InlineData("::ffff:127.0.0.1", false, true)]
    public void A_credential_goes_over_TLS_or_stays_on_the_machine(string from, bool isTls, bool isSafe) =>
        Assert.Equal(isSafe, EnrolmentDoor.IsSafe(new MqttConnectRequest(
            MqttVersion.V311, "board", "enrol.0123456789abcdef", [1], 60, true, null,
            new IPEndPoint(IPAddress.Parse(from), 4711), isTls)));

    [Fact]
    public void A_connection_of_unknown_origin_is_not_this_machine() => Assert.False(EnrolmentDoor.IsSafe(
        new MqttConnectRequest(MqttVersion.V5, "board", "enrol.0123456789abcdef", [1], 60, true, null, null, false)));
}
