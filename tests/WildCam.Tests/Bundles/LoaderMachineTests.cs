using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using WildCam.Camera.Ports;
using WildCam.Loader;
using WildCam.Wire;

namespace WildCam.Tests.Bundles;

/// <summary>The loader's own files and reflection, on real assemblies and real files.</summary>
public sealed class LoaderMachineTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("wildcam-loader-").FullName + "/";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>An assembly with the entry, which fails as its board would if the slot is 1.</summary>
    static byte[] Application(string typeName = "WildCam.Esp32.Application")
    {
        var assembly = new PersistedAssemblyBuilder(
            new AssemblyName("App" + Guid.NewGuid().ToString("N")), typeof(object).Assembly);
        var type = assembly.DefineDynamicModule("App")
            .DefineType(typeName, TypeAttributes.Public | TypeAttributes.Class | TypeAttributes.Sealed);
        var last = type.DefineField("Last", typeof(int), FieldAttributes.Public | FieldAttributes.Static);
        var run = type.DefineMethod(
            "Run", MethodAttributes.Public | MethodAttributes.Static, typeof(void), [typeof(int), typeof(bool)]);
        var il = run.GetILGenerator();
        var end = il.DefineLabel();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Bne_Un, end);
        il.Emit(OpCodes.Newobj, typeof(InvalidOperationException).GetConstructor([])!);
        il.Emit(OpCodes.Throw);
        il.MarkLabel(end);
        il.Emit(OpCodes.Ldc_I4, 100);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stsfld, last);
        il.Emit(OpCodes.Ret);
        type.CreateType();
        var metadata = assembly.GenerateMetadata(out var code, out var data);
        var image = new BlobBuilder();
        var header = new PEHeaderBuilder(imageCharacteristics: Characteristics.Dll);
        new ManagedPEBuilder(header, new MetadataRootBuilder(metadata), code, data).Serialize(image);
        return image.ToArray();
    }

    void PutBundle(byte[] application, byte slot = Slots.A)
    {
        var head = new BundleFile { LoaderMajor = 1, Names = ["App"], Sizes = [(uint)application.Length] };
        var start = new byte[head.HeadBytes];
        head.Write(start, 0);
        File.WriteAllBytes(_folder + SlotPaths.Slot(slot), [.. start, .. application]);
    }

    void PutRecord(Action<SlotRecord> change)
    {
        var record = new SlotRecord();
        change(record);
        Assert.True(new SlotFiles(_folder).WriteRecord(1, record.NextBytes()));
        Assert.True(File.Exists(_folder + SlotPaths.Record(1)));
    }

    sealed class Plug : IReset
    {
        public int Restarts { get; private set; }

        public bool IsWake => false;

        public void Reboot() => Restarts++;

        public void Sleep(int seconds) => Restarts++;
    }

    /// <summary>The real machine without its pauses.</summary>
    sealed class HastyMachine : IMachine
    {
        readonly Loader.Machine _machine = new();

        public List<(int Slot, bool IsPending, bool HasRun)> Runs { get; } = [];

        public bool TryLoad(byte[] assembly) => _machine.TryLoad(assembly);

        public bool TryRun(int slot, bool isPending)
        {
            var hasRun = _machine.TryRun(slot, isPending);
            Runs.Add((slot, isPending, hasRun));
            return hasRun;
        }

        public void Forget() => _machine.Forget();

        public void Pause(int milliseconds)
        {
        }
    }

    (HastyMachine Machine, int Restarts, SlotRecord Record) Start()
    {
        var files = new SlotFiles(_folder);
        var machine = new HastyMachine();
        var plug = new Plug();
        var boot = new Boot(files, machine, plug, builtInStamp: 0);
        boot.Choose();
        boot.Run();
        return (machine, plug.Restarts, SlotRecord.Newest(files.ReadRecord(0), files.ReadRecord(1)));
    }

    [Fact]
    public void A_slot_on_trial_is_loaded_and_its_entry_is_told_so()
    {
        PutBundle(Application());
        PutRecord(r => (r.Trial, r.StateA) = (Slots.A, SlotStates.Verified));
        var (machine, restarts, record) = Start();
        Assert.Equal([(Slots.A, true, true)], machine.Runs);
        Assert.Equal((1, (byte)1), (restarts, record.Attempts));
        var application = AppDomain.CurrentDomain.GetAssemblies()
            .Select(a => a.IsDynamic ? null : a.GetType("WildCam.Esp32.Application")).Last(t => t is not null);
        Assert.Equal(101, application!.GetField("Last")!.GetValue(null));
    }

    [Fact]
    public void An_application_that_throws_is_started_three_times_and_then_left()
    {
        PutBundle(Application(), Slots.B);
        PutRecord(r => (r.Trial, r.StateB) = (Slots.B, SlotStates.Verified));
        for (byte attempt = 1; attempt <= SlotChoice.AttemptsMax; attempt++)
        {
            var (machine, restarts, record) = Start();
            Assert.Equal([(Slots.B, true, true)], machine.Runs);
            Assert.Equal((1, attempt), (restarts, record.Attempts));
        }

        var (last, _, after) = Start();
        Assert.Equal(Slots.BuiltIn, last.Runs.Single().Slot);
        Assert.Equal((BundleStates.FellBack, RefusalCodes.NeverConfirmed), (after.UpdateState, after.Code));
    }

    [Theory]
    [InlineData("damaged")]
    [InlineData("cut")]
    [InlineData("absurd")]
    [InlineData("entry")]
    [InlineData("missing")]
    public void What_does_not_load_is_bad_and_the_board_restarts(string what)
    {
        var application = Application(what == "entry" ? "Other.Type" : "WildCam.Esp32.Application");
        if (what == "damaged")
        {
            application.AsSpan(0, 200).Clear();
        }

        PutBundle(application);
        var path = _folder + "a.bin";
        var bytes = File.ReadAllBytes(path);
        switch (what)
        {
            case "cut":
                File.WriteAllBytes(path, bytes[..^1]);
                break;
            case "absurd":
                LittleEndian.WriteUInt16(bytes, 4, ushort.MaxValue);
                File.WriteAllBytes(path, bytes);
                break;
            case "missing":
                File.Delete(path);
                break;
            default:
                break;
        }

        PutRecord(r => (r.Trial, r.StateA, r.Chosen) = (Slots.A, SlotStates.Verified, Slots.BuiltIn));
        var (_, restarts, record) = Start();
        Assert.Equal(1, restarts);
        Assert.Equal((Slots.None, SlotStates.Bad), (record.Trial, record.StateA));
        Assert.Equal((BundleStates.FellBack, RefusalCodes.NotLoaded), (record.UpdateState, record.Code));
    }

    [Fact]
    public void A_board_without_any_file_runs_what_is_built_in()
    {
        var (machine, restarts, record) = Start();
        Assert.Equal(Slots.BuiltIn, machine.Runs.Single().Slot);
        Assert.Equal(1, restarts);
        Assert.Equal((SlotChoice.Major, SlotChoice.Minor), (record.LoaderMajor, record.LoaderMinor));
    }

    [Fact]
    public void Where_a_failure_cannot_be_written_down_the_built_in_application_runs_at_once()
    {
        PutRecord(r => (r.StateA, r.Chosen, r.LoaderMajor) = (SlotStates.Good, Slots.A, SlotChoice.Major));
        // A folder in the place of the other copy cannot be written to.
        Directory.CreateDirectory(_folder + "slots.0");
        var (machine, restarts, record) = Start();
        Assert.Equal(Slots.BuiltIn, machine.Runs.Single().Slot);
        Assert.Equal((1, SlotStates.Good), (restarts, record.StateA));
    }

    [Fact]
    public void The_board_project_compiles_in_every_wire_file_that_the_loader_uses()
    {
        using var file = new PEReader(File.OpenRead(typeof(Boot).Assembly.Location));
        var metadata = file.GetMetadataReader();
        var used = metadata.TypeReferences.Select(metadata.GetTypeReference)
            .Where(t => metadata.GetString(t.Namespace) == "WildCam.Wire").Select(t => metadata.GetString(t.Name));
        var project = File.ReadAllText(
            Path.Combine(RepositoryRoot.Path, "firmware/WildCam.Loader/WildCam.Loader.nfproj"));
        // Constants leave no trace in an assembly, so those that the wire's own files need are named here.
        foreach (var type in used.Concat(["Crc32", "Protocol", "RefusalCodes", "BundleStates", "SlotStates", "Slots"]))
        {
            Assert.Contains($"..\\WildCam.Wire\\{type}.cs\"", project, StringComparison.Ordinal);
        }
    }
}
