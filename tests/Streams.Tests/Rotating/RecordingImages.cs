namespace DynamosStream.Streams.Tests;

/// <summary>Notes which images are asked for.</summary>
internal sealed class RecordingImages(IClassImages inner) : IClassImages
{
    public List<(int Label, long Index)> Served { get; } = [];

    public SampleShape Shape => inner.Shape;

    public int Classes => inner.Classes;

    public int Count(int label) => inner.Count(label);

    public void CopyTo(int label, long index, Span<byte> pixels)
    {
        Served.Add((label, index));
        inner.CopyTo(label, index, pixels);
    }
}
