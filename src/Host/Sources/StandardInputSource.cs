using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using DynamosStream.Streams;

namespace DynamosStream.Host.Sources;

/// <summary>Lines from standard input, until it ends. They come but once: positions only count them.</summary>
internal sealed class StandardInputSource(string name, TextForm form, SourceContext context, Func<Stream> open) : ISampleSource
{
    public string Name => name;

    public async IAsyncEnumerable<Sample> ReadAsync(long fromPosition, [EnumeratorCancellation] CancellationToken stop)
    {
        // Nothing can break off a read of standard input: it is left to a thread that the program does not wait for.
        var pipe = new Pipe();
        new Thread(() => Copy(pipe.Writer)) { IsBackground = true, Name = "standard input" }.Start();
        await using var input = pipe.Reader.AsStream();
        var text = context.Read(form);
        var lines = new LineReader(input, context.LongestLine);
        while ((await lines.NextAsync(stop) ?? lines.Rest()) is { } line)
        {
            if (text.Read(line, fromPosition) is { } sample)
            {
                fromPosition++;
                yield return sample;
            }
        }
    }

    private void Copy(PipeWriter writer)
    {
        try
        {
            using var input = open();
            input.CopyTo(writer.AsStream());
            writer.Complete();
        }
        catch (IOException e)
        {
            writer.Complete(e);
        }
    }
}
