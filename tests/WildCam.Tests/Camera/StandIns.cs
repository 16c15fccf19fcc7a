using nanoFramework.Invented;

// In place of an API of nanoFramework: the checker must hold it to the list also where it is declared beside its user.
namespace nanoFramework.Invented
{
    static class Device
    {
        public static void Explode() => Environment.FailFast("");
    }
}

namespace WildCam.Tests.StandIns
{
    sealed class UsesInventedDevice
    {
        public void Run() => Device.Explode();
    }
}
