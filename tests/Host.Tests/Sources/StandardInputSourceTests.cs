using System.IO.Pipelines;
using System.Text;
using DynamosStream.Host.Sources;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;
using DynamosStream.Streams.Tests;

namespace DynamosStream.Host.Tests.Sources;

public sealed class StandardInputSourceTests : SampleSourceContract
{
    protected override int Count => 4;

    protected override IReadOnlyList<int> Rejected => [1];

    protected override ISampleSource Open()
    {
        // Nothing follows, and it does not end.
        var pipe = new Pipe();
        pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(
            $"{SourceTest.Json(0, 1)}\nno json\n{SourceTest.Json(1, 2)}\n{SourceTest.Json(2, 4)}\n")).AsTask().Wait(TestContext.Current.CancellationToken);
        return Of(pipe.Reader.AsStream());
    }

    [Fact]
    public async Task ReadAsync_InputThatEnds_EndsWithItsLastLineAndPositionsGoOn()
    {
        var input = new MemoryStream(Encoding.UTF8.GetBytes($"{SourceTest.Json(0, 1)}\n\n{SourceTest.Json(1, 2)}"));
        var samples = new List<Sample>();
        await foreach (var sample in Of(input).ReadAsync(100, TestContext.Current.CancellationToken))
            samples.Add(sample);
        Assert.Equal([(100L, 0), (101, 1)], samples.Select(sample => (sample.Position, sample.Label)));
    }

    private static StandardInputSource Of(Stream input) => new("stdin", TextForm.Json, new SourceTest().Context, () => input);
}
