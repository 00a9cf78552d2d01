using System.CommandLine;
using DynamosStream.Host.Display;
using DynamosStream.Streams;

namespace DynamosStream.Host.Commands;

/// <summary><c>dynamos streams</c>: the streams that can be learned.</summary>
internal static class StreamsCommand
{
    private const int NameWidth = 15;

    /// <summary>The command <c>streams</c>.</summary>
    public static Command Create()
    {
        var command = new Command("streams", "List the streams with their shapes, classes, lengths and the files they need.") { ExportSamplesCommand.Create() };
        command.SetAction(_ =>
        {
            foreach (var line in SampleStreams.All.SelectMany(Describe))
                Console.WriteLine(line);
            Console.WriteLine("Tasks are hidden from the learner. 'dynamos data fetch mnist' gets MNIST's files.");
            return DynamosCommand.Success;
        });
        return command;
    }

    private static IEnumerable<string> Describe(StreamSummary stream)
    {
        string[] sizes =
        [
            stream.Shape?.ToString() ?? "shape and classes as the images",
            .. Optional(stream.Classes, "classes"),
            .. Optional(stream.Length, stream.Tasks == 0 ? "samples a pass" : "samples"),
            .. stream.Tasks > 0 ? Optional(stream.Tasks, "tasks") : [],
        ];
        yield return stream.Name.PadRight(NameWidth) + stream.About;
        yield return new string(' ', NameWidth) + string.Join(", ", sizes);
        yield return new string(' ', NameWidth) + (stream.Data is { } files ? $"in --data-dir: {files}" : "needs no files");
    }

    private static IEnumerable<string> Optional(long? count, string what) => count is { } known ? [$"{Units.Count(known)} {what}"] : [];
}
