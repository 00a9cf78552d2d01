using System.CommandLine;
using System.Text.Json;
using DynamosStream.Host.Display;
using DynamosStream.Host.Results;

namespace DynamosStream.Host.Commands;

/// <summary><c>dynamos deadletters</c>: shows the samples that a run could not learn, and gives them back.</summary>
internal static class DeadLettersCommand
{
    private static readonly Argument<string> Where = new("dir") { Description = "Folder that a run was given as --out." };

    /// <summary>The command <c>deadletters</c>.</summary>
    public static Command Create()
    {
        var list = new Command("list", "List the dead letters of a run: position, label, size and what is wrong.") { Where };
        list.SetAction(parsed => List(parsed.GetRequiredValue(Where), Console.Out));
        var replay = new Command("replay", "Write each dead letter as a sample, a JSON object a line, to be repaired and offered again.") { Where };
        replay.SetAction(parsed => Replay(parsed.GetRequiredValue(Where), Console.Out));
        return new Command("deadletters", "Look at the samples that a run could not learn.") { list, replay };
    }

    internal static int List(string folder, TextWriter output)
    {
        var count = 0L;
        foreach (var letter in Read(folder))
        {
            var bytes = (letter.Features ?? letter.Encoded)?.Length ?? 0;
            output.WriteLine(
                $"{letter.Source}  position {letter.Position}  label {letter.Label}  {Units.Count(bytes)} bytes  {letter.Reason}");
            count++;
        }

        output.WriteLine($"{Units.Count(count)} dead letters");
        return DynamosCommand.Success;
    }

    internal static int Replay(string folder, TextWriter output)
    {
        foreach (var letter in Read(folder))
            output.WriteLine(AsSample(letter));
        return DynamosCommand.Success;
    }

    private static IEnumerable<DeadLetter> Read(string folder) => Directory.Exists(folder)
        ? DeadLetterFile.Read(folder)
        : throw new DirectoryNotFoundException($"'{folder}' is no folder; expected one that a run was given as --out.");

    /// <summary>The sample as JSON; a feature that is no number is null.</summary>
    private static string AsSample(DeadLetter letter)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("position", letter.Position);
            json.WriteNumber("label", letter.Label);
            if (letter.FeatureValues() is { } features)
                WriteFeatures(json, features);
            else
                json.WriteBase64String("encoded", letter.Encoded);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void WriteFeatures(Utf8JsonWriter json, float[] features)
    {
        json.WriteStartArray("features");
        foreach (var value in features)
        {
            if (float.IsFinite(value))
                json.WriteNumberValue(value);
            else
                json.WriteNullValue();
        }

        json.WriteEndArray();
    }
}
