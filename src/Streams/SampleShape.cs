namespace DynamosStream.Streams;

/// <summary>Shape of one sample's features: channels, then rows, then columns, row-major.</summary>
/// <param name="Channels">Number of channels, at least 1 (1 for grey images, 3 for colour).</param>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Width">Columns, at least 1.</param>
public readonly record struct SampleShape(int Channels, int Height, int Width)
{
    /// <summary>Number of features in one sample.</summary>
    public int Length => Channels * Height * Width;

    /// <inheritdoc/>
    public override string ToString() => $"{Channels}x{Height}x{Width}";
}
