using System.Text;
using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Tests.Camera;

/// <summary>A board with an enrolment code becomes a camera, and stays one.</summary>
public sealed class EnrolmentTests
{
    const string Fingerprint = "0123456789abcdef";
    const string Secret = "code-secret";

    [Fact]
    public void A_board_asks_for_its_credential_and_comes_back_as_the_camera()
    {
        var field = Boot(new Field());
        field.Until(() => Sent(field, Topics.Enrol) == 1);
        field.Run(30);
        Assert.Equal((0, 1), (Sent(field, Topics.Hello), Sent(field, Topics.Enrol)));
        var asked = field.Link.Sent.Single(s => s.Word == Topics.Enrol).Message;
        Assert.True(EnrolRequest.TryRead(asked, 0, asked.Length, out var request));
        Assert.Equal(
            (Boards.Simulator, 1, "010203040506"),
            (request.Board, request.FirmwareMajor, Convert.ToHexString(request.HardwareAddress)));

        field.Link.Deliver(Topics.Credential, Told("creek-north", 'p'));
        field.Until(() => field.Hub.Hellos.Count > 0);
        var identity = field.Profile.Identity;
        Assert.Equal(
            ("creek-north", new string('p', Credential.PasswordChars), true),
            (identity.Name, identity.Password, identity.IsEnrolled));
        Assert.Equal(Enumerable.Repeat((byte)7, 32), field.Profile.UpdateKey);
    }

    [Fact]
    public void The_credential_outlives_a_power_cut_and_belongs_to_its_code()
    {
        var field = Boot(new Field());
        field.Until(() => Sent(field, Topics.Enrol) == 1);
        field.Link.Deliver(Topics.Credential, Told("creek-north", 'p'));
        field.Until(() => field.Hub.Hellos.Count > 0);

        var again = new Identity(field.Settings, "", Secret, Fingerprint);
        Assert.Equal(("creek-north", true), (again.Name, again.IsEnrolled));
        Assert.Equal(32, again.UpdateKey.Length);
        var reflashed = new Identity(field.Settings, "", Secret, "fedcba9876543210");
        Assert.Equal(("enrol.fedcba9876543210", false), (reflashed.Name, reflashed.IsEnrolled));
        var given = new Identity(field.Settings, "other", "pw", "");
        Assert.Equal(("other", "pw", true), (given.Name, given.Password, given.IsEnrolled));
    }

    [Fact]
    public void A_credential_that_cannot_be_kept_is_asked_for_again()
    {
        var field = Boot(new Field());
        field.Until(() => Sent(field, Topics.Enrol) == 1);
        field.Settings.IsBroken = true;
        field.Link.Deliver(Topics.Credential, Told("creek-north", 'p'));
        field.Run(5);
        Assert.False(field.Profile.Identity.IsEnrolled);
        field.Settings.IsBroken = false;
        field.Until(() => Sent(field, Topics.Enrol) == 2, 400);
        field.Link.Deliver(Topics.Credential, Told("creek-north", 'q'));
        field.Until(() => field.Hub.Hellos.Count > 0);
    }

    [Fact]
    public void A_damaged_credential_is_no_credential()
    {
        var field = Boot(new Field());
        field.Until(() => Sent(field, Topics.Enrol) == 1);
        var damaged = Told("creek-north", 'p');
        damaged[40] ^= 1;
        field.Link.Deliver(Topics.Credential, damaged);
        field.Run(5);
        Assert.False(field.Profile.Identity.IsEnrolled);
    }

    [Fact]
    public void A_camera_that_has_its_credential_takes_no_other()
    {
        var field = Boot(new Field());
        field.Until(() => Sent(field, Topics.Enrol) == 1);
        field.Link.Deliver(Topics.Credential, Told("creek-north", 'p'));
        field.Until(() => field.Brain.Session.IsReady);
        field.Link.Deliver(Topics.Credential, Told("elsewhere", 'q'));
        field.Run(5);
        Assert.Equal("creek-north", field.Profile.Identity.Name);
        Assert.True(field.Brain.Session.IsReady);
    }

    [Fact]
    public void A_board_that_nobody_accepts_goes_on_asking_and_takes_pictures_meanwhile()
    {
        var field = Boot(new Field());
        field.Run(10);
        field.Trigger();
        field.Run(3600);
        Assert.Equal(1u, field.Brain.TakenCount);
        var asked = Sent(field, Topics.Enrol);
        Assert.InRange(asked, 7, 21);
        field.Until(() => Sent(field, Topics.Enrol) > asked, 600);
        field.Link.Deliver(Topics.Credential, Told("creek-north", 'p'));
        field.Until(() => field.Hub.Stored.Count == 1, 600);
    }

    static Field Boot(Field field)
    {
        field.Profile.Identity = new Identity(field.Settings, "", Secret, Fingerprint);
        return field.Boot();
    }

    static int Sent(Field field, string word) => field.Link.Sent.Count(s => s.Word == word);

    static byte[] Told(string code, char password)
    {
        var credential = new Credential();
        Encoding.ASCII.GetBytes(code, credential.Code);
        Array.Fill(credential.Password, (byte)password);
        Array.Fill(credential.UpdateKey, (byte)7);
        var bytes = new byte[Credential.Bytes];
        credential.Write(bytes, 0);
        return bytes;
    }
}
