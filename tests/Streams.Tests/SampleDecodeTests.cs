namespace DynamosStream.Streams.Tests;

public class SampleDecodeTests
{
    private static readonly byte[] Encoded = [1, 2, 3];

    [Fact]
    public void Decode_DecoderAnswers_IsTheSample()
    {
        var sample = Sample.Decode(5, Encoded, bytes => (new float[] { bytes.Length }, 2));
        Assert.Equal((5, 2, null), (sample.Position, sample.Label, sample.Rejection));
        Assert.Equal([3f], sample.Features.ToArray());
        Assert.True(sample.Encoded.IsEmpty);
    }

    [Theory]
    [InlineData(typeof(FormatException))]
    [InlineData(typeof(IndexOutOfRangeException))]
    [InlineData(typeof(NullReferenceException))]
    [InlineData(typeof(InvalidDataException))]
    [InlineData(typeof(IOException))]
    public void Decode_DecoderThrows_IsRejectedWithWhatTheSourceHad(Type exception)
    {
        var sample = Sample.Decode(5, Encoded, _ => throw (Exception)Activator.CreateInstance(exception, "no picture")!);
        Assert.Equal((5, Sample.NoLabel), (sample.Position, sample.Label));
        Assert.Equal($"it could not be decoded: {exception.Name}: no picture", sample.Rejection);
        Assert.Equal(Encoded, sample.Encoded.ToArray());
        Assert.True(sample.Features.IsEmpty);
    }

    [Theory]
    [InlineData(typeof(OutOfMemoryException))]
    [InlineData(typeof(OperationCanceledException))]
    public void Decode_NotTheSamplesFault_IsThrown(Type exception) =>
        Assert.Throws(exception, () => Sample.Decode(5, Encoded, _ => throw (Exception)Activator.CreateInstance(exception)!));
}
