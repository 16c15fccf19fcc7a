using System.CommandLine;
using System.Globalization;
using WildCam.Cli;
using WildCam.Cli.Commands;
using WildCam.Cli.Machine;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var root = new RootCommand("WildCam: a camera-trap network that a field team owns.")
{
    UpCommand.Create(),
    DownCommand.Create(),
    StatusCommand.Create(),
    DoctorCommand.Create(),
    LogsCommand.Create(),
    AccountCommands.Create(),
    CameraCommands.Create(),
    SiteCommands.Create(),
    FlashCommand.Create(),
    EnrolmentCommands.Create(),
    ProjectCommands.Create(),
    JobsCommands.Create(),
    SimulateCommand.Create(),
    ImportCommand.Create(),
    ExportCommand.Create(),
    ModelCommands.Create(),
    FirmwareCommands.Create(),
    RolloutCommands.Create(),
    DbCommands.Create(),
    TestCommand.Create(),
    BenchCommand.Create(),
    FaultsCommand.Create(),
};

try
{
    return await root.Parse(args.Length == 0 ? ["--help"] : args).InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        // After Ctrl-C the hub finishes what it holds and the database is shut down.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(60),
    });
}
catch (CommandException problem)
{
    Screen.Error(problem.Message);
    return problem.ExitCode;
}
catch (OperationCanceledException)
{
    return 130;
}
