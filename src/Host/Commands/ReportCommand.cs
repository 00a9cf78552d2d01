using System.CommandLine;
using DynamosStream.Host.Report;

namespace DynamosStream.Host.Commands;

/// <summary><c>dynamos report</c>: one page with the pictures and tables of all runs in a folder.</summary>
internal static class ReportCommand
{
    private static readonly Argument<string> Folder = new("dir") { Description = "Results of 'dynamos run --out', or a folder of such folders." };

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "File to write. [default: report.html in the folder]",
        HelpName = "file",
    };

    /// <summary>The command <c>report</c>.</summary>
    public static Command Create()
    {
        var command = new Command("report", "Draw the results of runs as one HTML page that needs nothing else.") { Folder, Out };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetRequiredValue(Folder);
            return Write(folder, parsed.GetValue(Out) ?? Path.Combine(folder, "report.html"));
        });
        return command;
    }

    /// <summary>Draws all runs below a folder.</summary>
    internal static int Write(string folder, string path)
    {
        var model = ReportReader.Read(folder);
        ReportPage.Write(model, path);
        Console.WriteLine($"{path} shows {model.Runs} {(model.Runs == 1 ? "run" : "runs")}.");
        return DynamosCommand.Success;
    }
}
