using System.CommandLine;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Display;
using DynamosStream.Streams;

namespace DynamosStream.Host.Commands;

/// <summary><c>dynamos checkpoint</c>: shows and checks the checkpoints of a state folder, and takes the weights out of one.</summary>
internal static class CheckpointCommand
{
    private static readonly DiskFiles Files = new();

    private static readonly Argument<string> Where = new("dir")
    {
        Description = "State folder of a run: its newest checkpoint is meant; or one checkpoint file.",
    };

    private static readonly Argument<string> Target = new("file") { Description = "File to write; must not exist." };

    /// <summary>The command <c>checkpoint</c>.</summary>
    public static Command Create()
    {
        var list = new Command("list", "List the checkpoints of a folder, the newest first.") { Where };
        list.SetAction(parsed => List(parsed.GetRequiredValue(Where)));
        var inspect = new Command("inspect", "Show what a checkpoint holds.") { Where };
        inspect.SetAction(parsed => Inspect(parsed.GetRequiredValue(Where)));
        var verify = new Command("verify", "Read every checkpoint of a folder and check all of it; fails if one is bad.") { Where };
        verify.SetAction(parsed => Verify(parsed.GetRequiredValue(Where)));
        var export = new Command("export", "Write a checkpoint's weights and BatchNorm statistics under PyTorch's names.") { Where, Target };
        export.SetAction(parsed => Export(parsed.GetRequiredValue(Where), parsed.GetRequiredValue(Target)));
        return new Command("checkpoint", "Look into the checkpoints that 'dynamos run --state' takes.") { list, inspect, verify, export };
    }

    private static int List(string where)
    {
        foreach (var file in Find(where))
            Console.WriteLine(Row(file, $"{Units.Count(new FileInfo(file.Path).Length)} bytes"));
        return DynamosCommand.Success;
    }

    private static int Verify(string where)
    {
        var exitCode = DynamosCommand.Success;
        foreach (var file in Find(where))
        {
            try
            {
                file.Read(Files);
                Console.WriteLine(Row(file, "good"));
            }
            catch (InvalidDataException e)
            {
                Console.WriteLine(e.Message);
                exitCode = DynamosCommand.Failure;
            }
        }

        return exitCode;
    }

    private static int Inspect(string where)
    {
        var file = Find(where)[0];
        var (manifest, arrays) = file.Read(Files);
        var at = manifest.Progress;
        WriteRow("file", file.Path);
        WriteRow("run", manifest.RunId);
        WriteRow("written by", $"dynamos {manifest.Version}, format {Checkpoint.FormatVersion}");
        WriteRow("samples", Units.Count(at.Sequence));
        foreach (var (source, position) in at.Positions)
            WriteRow("position", $"{Units.Count(position)} in {source}");
        WriteRow("events", at.EventBytes is { } bytes ? $"{Units.Count(bytes)} bytes" : "not written");
        if (at.ReadLastEvent()?.Accuracy is { } accuracy)
            WriteRow("accuracy", $"{Units.Percent(accuracy.Cumulative)}, in the window {Units.Percent(accuracy.Window)}");
        WriteRow("ledger", $"{Units.Count(at.Ledger.Accepted)} accepted, {Units.Count(at.Ledger.DeadLettered)} dead-lettered, {Units.Count(at.Ledger.Skipped)} skipped");
        foreach (var (name, value) in manifest.Settings)
            WriteRow("setting", $"{name} {value}");
        foreach (var (name, value) in manifest.Options)
            WriteRow("option", $"{name} {value}");
        WriteRow("config", manifest.ConfigHash);
        WriteRow("state", arrays.Hash());
        foreach (var (name, array) in arrays.All)
            WriteRow(array.DType, $"{name} [{string.Join(", ", array.Shape)}]");
        return DynamosCommand.Success;

        static void WriteRow(string name, string value) => Console.WriteLine(Units.Row(name, value));
    }

    private static int Export(string where, string target)
    {
        var file = Find(where)[0];
        WeightsFile.Write(target, file.Read(Files), Files);
        Console.WriteLine($"{target} holds the weights of {file.Name}. To begin with them: dynamos run --init '{target}'");
        return DynamosCommand.Success;
    }

    /// <summary>The checkpoints meant, at least one, the newest first.</summary>
    internal static IReadOnlyList<CheckpointFile> Find(string where)
    {
        if (File.Exists(where))
            return [new CheckpointFile(where, 0)];
        var found = CheckpointFile.AllIn(where);
        return found.Count > 0 ? found : throw new InvalidDataException($"'{where}' holds no checkpoint.");
    }

    private static string Row(CheckpointFile file, string what) => $"{file.Name}  {what}";
}
