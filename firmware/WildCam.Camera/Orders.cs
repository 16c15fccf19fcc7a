using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// Commands: carried out one a step, answered, and remembered over reboots, so that a command that is sent again
    /// because its result was lost is answered again and not done again.
    /// </summary>
    public sealed class Orders
    {
        const int EntryBytes = 11;

        readonly CameraPorts _ports;
        readonly Session _session;
        readonly Shutter _shutter;
        readonly Spool _spool;
        readonly Preview _preview;
        readonly StatusLight _light;
        readonly Command[] _waiting = new Command[Limits.OrdersWaitingMax];
        readonly CommandResult[] _done = new CommandResult[Limits.OrdersRememberedMax];
        readonly bool[] _mustAnswer = new bool[Limits.OrdersRememberedMax];
        int _waitingCount;
        int _doneAt;

        internal Orders(CameraPorts ports, Session session, Shutter shutter, Spool spool, Preview preview,
            StatusLight light)
        {
            _ports = ports;
            _session = session;
            _shutter = shutter;
            _spool = spool;
            _preview = preview;
            _light = light;
            Remember(ports.Settings.Get(SettingKeys.Orders));
        }

        /// <summary>Whether a reboot was ordered and its result is with the link.</summary>
        public bool MustReboot { get; set; }

        /// <summary>Message id of the reboot's result, whose acknowledgement is waited for.</summary>
        public int RebootResultId { get; set; }

        /// <summary>Whether all that waits is to be uploaded now, whatever the hour.</summary>
        public bool IsBacklogOrdered { get; set; }

        /// <summary>Whether nothing waits to be done or answered.</summary>
        public bool IsIdle
        {
            get
            {
                bool isIdle = _waitingCount == 0;
                for (int i = 0; i < _mustAnswer.Length; i++)
                {
                    isIdle &= !_mustAnswer[i];
                }

                return isIdle;
            }
        }

        /// <summary>A command came.</summary>
        public void Received(Command command)
        {
            for (int i = 0; i < _done.Length; i++)
            {
                if (_done[i] != null && _done[i].CommandId == command.CommandId)
                {
                    _mustAnswer[i] = true;
                    return;
                }
            }

            for (int i = 0; i < _waitingCount; i++)
            {
                if (_waiting[i].CommandId == command.CommandId)
                {
                    return;
                }
            }

            if (_waitingCount == _waiting.Length)
            {
                // Not remembered: the hub may send it again when there is room.
                Send(Result(command, CommandStates.Refused, RefusalCodes.Busy));
                return;
            }

            _waiting[_waitingCount++] = command;
        }

        /// <summary>Does and answers; returns ms until the next step.</summary>
        public int Step(long now)
        {
            for (int i = 0; i < _done.Length; i++)
            {
                if (_mustAnswer[i])
                {
                    int id = Send(_done[i]);
                    if (id == 0)
                    {
                        return Limits.RetryMilliseconds;
                    }

                    _mustAnswer[i] = false;
                }
            }

            if (_waitingCount == 0)
            {
                return Limits.IdleMilliseconds;
            }

            Command command = _waiting[0];
            int wait;
            CommandResult result = Do(command, now, out wait);
            if (result == null)
            {
                return wait;
            }

            _waitingCount--;
            System.Array.Copy(_waiting, 1, _waiting, 0, _waitingCount);
            _waiting[_waitingCount] = null;
            Keep(result);
            if (command.Kind == CommandKinds.Reboot && result.State == CommandStates.Done)
            {
                // Persisted first: a reboot that is ordered once happens once. Its answer goes before it.
                MustReboot = Persist();
                RebootResultId = MustReboot ? Send(result) : 0;
                _mustAnswer[Index(result)] = RebootResultId == 0;
                if (!MustReboot)
                {
                    result.State = CommandStates.Refused;
                    result.Code = RefusalCodes.Settings;
                }

                return 0;
            }

            Persist();
            return 0;
        }

        // Null where the order needs some more ms first.
        CommandResult Do(Command command, long now, out int wait)
        {
            wait = 0;
            long late = _session.HubNow(now) / 1000 - command.SentUnixSeconds;
            if (_session.KnowsTime && late > command.ExpiresSeconds)
            {
                return Result(command, CommandStates.Expired, RefusalCodes.None);
            }

            ushort code = RefusalCodes.None;
            switch (command.Kind)
            {
                case CommandKinds.CaptureNow:
                case CommandKinds.TestPattern:
                    _preview.GiveUpFrame();
                    bool isTest = command.Kind == CommandKinds.TestPattern;
                    if (!_shutter.TryTakeOrdered(now, isTest, out wait, out code))
                    {
                        return null;
                    }

                    break;
                case CommandKinds.FullFrame:
                    code = _spool.Release(command.SpoolId, command.Counter);
                    break;
                case CommandKinds.Reboot:
                    break;
                case CommandKinds.Identify:
                    _light.Identify(now);
                    break;
                case CommandKinds.UploadBacklog:
                    IsBacklogOrdered = true;
                    break;
                case CommandKinds.DropReceipted:
                    code = _spool.DropReceipted() ? RefusalCodes.None : RefusalCodes.Store;
                    break;
                case CommandKinds.Preview:
                    _preview.Start(now, command.Argument);
                    break;
                default:
                    code = RefusalCodes.UnknownKind;
                    break;
            }

            bool isDone = code == RefusalCodes.None;
            return Result(command, isDone ? CommandStates.Done : CommandStates.Refused, code);
        }

        int Send(CommandResult result)
        {
            byte[] message = new byte[CommandResult.Bytes];
            result.Write(message, 0);
            return _ports.Link.Publish(Topics.Result, "", message, 1);
        }

        void Keep(CommandResult result)
        {
            _done[_doneAt] = result;
            _mustAnswer[_doneAt] = true;
            _doneAt = (_doneAt + 1) % _done.Length;
        }

        int Index(CommandResult result)
        {
            int index = 0;
            while (_done[index] != result)
            {
                index++;
            }

            return index;
        }

        bool Persist()
        {
            // Oldest first, so that reading them back keeps the order in which they are forgotten.
            byte[] value = new byte[EntryBytes * _done.Length];
            for (int i = 0; i < _done.Length; i++)
            {
                CommandResult result = _done[(_doneAt + i) % _done.Length];
                if (result != null)
                {
                    LittleEndian.WriteUInt64(value, EntryBytes * i, result.CommandId);
                    value[EntryBytes * i + 8] = result.State;
                    LittleEndian.WriteUInt16(value, EntryBytes * i + 9, result.Code);
                }
            }

            return _ports.Settings.Set(SettingKeys.Orders, value);
        }

        void Remember(byte[] value)
        {
            if (value == null || value.Length != EntryBytes * _done.Length)
            {
                return;
            }

            for (int i = 0; i < _done.Length; i++)
            {
                if (value[EntryBytes * i + 8] != CommandStates.None)
                {
                    CommandResult result = new CommandResult();
                    result.CommandId = LittleEndian.ReadUInt64(value, EntryBytes * i);
                    result.State = value[EntryBytes * i + 8];
                    result.Code = LittleEndian.ReadUInt16(value, EntryBytes * i + 9);
                    _done[i] = result;
                }
            }
        }

        static CommandResult Result(Command command, byte state, ushort code)
        {
            CommandResult result = new CommandResult();
            result.CommandId = command.CommandId;
            result.State = state;
            result.Code = code;
            return result;
        }
    }
}
