namespace DynamosStream.Streams;

/// <summary>Rotates images about their centre by nearest-neighbour sampling.</summary>
internal static class ImageRotation
{
    private const int FractionBits = 16;

    /// <summary>Fills <paramref name="rotated"/> with the image turned counter-clockwise; what lies outside the source is black.</summary>
    /// <param name="source">The image, row-major.</param>
    /// <param name="rotated">Receives the result; of the source's length, not overlapping it.</param>
    /// <param name="height">Rows, at most 1024.</param>
    /// <param name="width">Columns, at most 1024.</param>
    /// <param name="degrees">Angle in degrees, any finite value.</param>
    public static void Rotate(ReadOnlySpan<byte> source, Span<byte> rotated, int height, int width, double degrees)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, 1024);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, 1024);
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, height * width);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rotated.Length, height * width);
        if (!double.IsFinite(degrees))
            throw new ArgumentOutOfRangeException(nameof(degrees), degrees, "Expected a finite angle.");

        // Whole pixels are stepped through in 16.16 fixed point: this, and not exact arithmetic, is what the reference images hold.
        var (sin, cos) = Math.SinCos(degrees * (Math.PI / 180));
        var (centreX, centreY) = (width / 2.0, height / 2.0);
        var (stepCos, stepSin) = (Fixed(cos), Fixed(sin));
        var stepMinusSin = Fixed(-sin);
        var rowX = Fixed(centreX + ((0.5 - centreX) * cos) - ((0.5 - centreY) * sin));
        var rowY = Fixed(centreY + ((0.5 - centreX) * sin) + ((0.5 - centreY) * cos));

        var target = 0;
        for (var row = 0; row < height; row++, rowX += stepMinusSin, rowY += stepCos)
        {
            var (x, y) = (rowX, rowY);
            for (var column = 0; column < width; column++, x += stepCos, y += stepSin)
            {
                var (sourceX, sourceY) = (x >> FractionBits, y >> FractionBits);
                var inside = (uint)sourceX < (uint)width && (uint)sourceY < (uint)height;
                rotated[target++] = inside ? source[(sourceY * width) + sourceX] : (byte)0;
            }
        }
    }

    private static int Fixed(double value) => (int)Math.Floor((value * (1 << FractionBits)) + 0.5);
}
