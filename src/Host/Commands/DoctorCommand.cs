using System.CommandLine;
using System.Net;
using DynamosStream.Host.Display;
using DynamosStream.Host.Doctor;
using DynamosStream.Host.Http;

namespace DynamosStream.Host.Commands;

/// <summary><c>dynamos doctor</c>: looks at what a learner would run on, and says what to do where something is missing.</summary>
internal static class DoctorCommand
{
    private static readonly Option<string?> State = Folder("--state", "Folder for checkpoints and journal to look at. [default: none]");
    private static readonly Option<string?> Out = Folder("--out", "Folder for results to look at. [default: none]");

    private static readonly Option<long> Port = new("--port")
    {
        Description = "Port that a service would listen on.",
        HelpName = "number",
        DefaultValueFactory = _ => ServeOptions.DefaultPort,
        CustomParser = result => RunArguments.WholeNumber(result, 1, IPEndPoint.MaxPort),
    };

    /// <summary>The command <c>doctor</c>.</summary>
    public static Command Create()
    {
        var command = new Command("doctor", "Look at machine, build, folders and port; fails where something has to be done first.")
        {
            State, Out, Port, RunArguments.DataDir,
        };
        command.SetAction(parsed => Report(
        [
            .. MachineChecks.All(),
            .. Folders(("state", parsed.GetValue(State)), ("out", parsed.GetValue(Out))),
            PlaceChecks.Port((int)parsed.GetValue(Port)),
            PlaceChecks.Data(parsed.GetValue(RunArguments.DataDir)),
        ]));
        return command;
    }

    private static int Report(IReadOnlyList<Finding> findings)
    {
        Console.WriteLine($"dynamos {ProductVersion.Text}");
        foreach (var finding in findings)
        {
            Console.WriteLine($"{Mark(finding.Health)} {Units.Row(finding.Subject, finding.Text)}");
            if (finding.Remedy is { } remedy)
                Console.WriteLine($"     {Units.Row(string.Empty, remedy)}");
        }

        var bad = findings.Count(finding => finding.Health == Health.Bad);
        Console.WriteLine(bad == 0 ? "Everything that a learner needs is there." : $"To be done first: {bad}.");
        return bad == 0 ? DynamosCommand.Success : DynamosCommand.Failure;
    }

    private static IEnumerable<Finding> Folders(params (string Subject, string? Path)[] folders) =>
        folders.Where(folder => folder.Path is not null).Select(folder => PlaceChecks.Folder(folder.Subject, folder.Path!));

    private static string Mark(Health health) => health switch
    {
        Health.Good => "ok  ",
        Health.Note => "note",
        _ => "FAIL",
    };

    private static Option<string?> Folder(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "folder",
        CustomParser = RunArguments.Folder,
    };
}
