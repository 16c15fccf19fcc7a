using System;
using System.Reflection;
using System.Threading;

namespace WildCam.Loader
{
    /// <summary>The runtime that this runs on.</summary>
    public sealed class Machine : IMachine
    {
        const string EntryType = "WildCam.Esp32.Application";
        const string EntryMethod = "Run";

        Assembly _last;

        /// <inheritdoc/>
        public bool TryLoad(byte[] assembly)
        {
            try
            {
                _last = Assembly.Load(assembly);
                return _last is object;
            }
            catch (Exception)
            {
                // Torn, of another runtime, or built against libraries that are not here.
                return false;
            }
        }

        /// <inheritdoc/>
        public bool TryRun(int slot, bool isPending)
        {
            // By the assembly: the built-in application has types of the same names.
            Type type = _last is null ? Type.GetType(EntryType) : _last.GetType(EntryType);
            MethodInfo entry = type is null ? null : type.GetMethod(EntryMethod);
            if (entry is null)
            {
                return false;
            }

            try
            {
                entry.Invoke(null, new object[] { slot, isPending });
            }
            catch (Exception)
            {
                // Whatever it died of, the restart that follows is the cure, and the attempts are counted.
                return true;
            }

            return true;
        }

        /// <inheritdoc/>
        public void Forget()
        {
            _last = null;
        }

        /// <inheritdoc/>
        public void Pause(int milliseconds)
        {
            Thread.Sleep(milliseconds);
        }
    }
}
