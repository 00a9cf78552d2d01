using System.CommandLine;
using System.Text.Json;
using DynamosStream.Streams;

namespace DynamosStream.Host.Commands;

/// <summary><c>dynamos streams export</c>: a stream's samples as lines that <c>POST /samples</c> takes.</summary>
internal static class ExportSamplesCommand
{
    private const long DefaultLimit = 1000;

    private static readonly Argument<string> Name = new("stream") { Description = "Name of the stream." };

    private static readonly Option<long> From = new("--from")
    {
        Description = "Position of the first sample.",
        HelpName = "position",
        CustomParser = result => RunArguments.WholeNumber(result, 0, long.MaxValue),
    };

    private static readonly Option<long> Limit = new("--limit")
    {
        Description = "Samples to write.",
        HelpName = "samples",
        DefaultValueFactory = _ => DefaultLimit,
        CustomParser = result => RunArguments.WholeNumber(result, 1, long.MaxValue),
    };

    /// <summary>The command <c>export</c>.</summary>
    public static Command Create()
    {
        Name.AcceptOnlyFromAmong([.. SampleStreams.Names]);
        var command = new Command("export", "Write samples as JSON, one a line, with the pixels as bytes: for 'dynamos serve'.") { Name, From, Limit, RunArguments.Seed, RunArguments.DataDir };
        command.SetAction(parsed =>
        {
            var stream = SampleStreams.Open(parsed.GetRequiredValue(Name), (ulong)parsed.GetValue(RunArguments.Seed), parsed.GetValue(RunArguments.DataDir));
            using var output = Console.OpenStandardOutput();
            Write(stream, parsed.GetValue(From), parsed.GetValue(Limit), output);
            return DynamosCommand.Success;
        });
        return command;
    }

    internal static void Write(ISampleStream stream, long from, long limit, Stream output)
    {
        using var buffered = new BufferedStream(output);
        foreach (var sample in stream.Read(from).TakeWhile(sample => sample.Position < from + limit))
        {
            using (var json = new Utf8JsonWriter(buffered))
            {
                json.WriteStartObject();
                json.WriteNumber("label", sample.Label);
                json.WriteBase64String("bytes", Pixels(sample));
                json.WriteEndObject();
            }

            buffered.WriteByte((byte)'\n');
        }
    }

    private static byte[] Pixels(Sample sample)
    {
        var pixels = new byte[sample.Features.Length];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Clamp((int)Math.Round(sample.Features.Span[i] * 255), 0, 255);
        return pixels;
    }
}
