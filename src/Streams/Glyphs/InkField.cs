using System.Numerics;

namespace DynamosStream.Streams;

/// <summary>What a round pen has drawn so far: for each pixel the squared distance of its centre to the nearest line.</summary>
/// <param name="squaredDistances">One value a pixel, row-major; the field begins without ink.</param>
/// <param name="width">Columns.</param>
/// <param name="reach">Distance in pixels beyond which a line leaves no ink.</param>
internal readonly ref struct InkField(Span<float> squaredDistances, int width, float reach)
{
    private readonly Span<float> _squaredDistances = squaredDistances;
    private readonly int _width = width;
    private readonly int _height = squaredDistances.Length / width;
    private readonly float _reach = reach;

    /// <summary>Takes all ink away.</summary>
    public void Clear() => _squaredDistances.Fill(_reach * _reach);

    /// <summary>Draws a straight line; coordinates in pixels, pixel (0, 0) has its centre at (0.5, 0.5).</summary>
    public void Line(Vector2 from, Vector2 to)
    {
        var along = to - from;
        var inverse = 1 / MathF.Max(along.LengthSquared(), 1e-6f);
        var (left, right) = Range(MathF.Min(from.X, to.X), MathF.Max(from.X, to.X), _width);
        var (top, bottom) = Range(MathF.Min(from.Y, to.Y), MathF.Max(from.Y, to.Y), _height);
        for (var row = top; row < bottom; row++)
        {
            var y = row + 0.5f - from.Y;
            var pixels = _squaredDistances.Slice((row * _width) + left, Math.Max(right - left, 0));
            var x = left + 0.5f - from.X;
            for (var i = 0; i < pixels.Length; i++, x++)
            {
                // Distance to the nearest of the line's points from + t * along, t in [0, 1]. Native: no number here is a NaN, and
                // the bounds that care for one make a glyph three times as slow.
                var t = float.MinNative(float.MaxNative(((x * along.X) + (y * along.Y)) * inverse, 0), 1);
                var (dx, dy) = (x - (t * along.X), y - (t * along.Y));
                pixels[i] = float.MinNative(pixels[i], (dx * dx) + (dy * dy));
            }
        }
    }

    /// <summary>The pixels whose centres may lie within reach of [low, high].</summary>
    private (int Start, int End) Range(float low, float high, int size) =>
        (Math.Max((int)(low - _reach), 0), Math.Min((int)(high + _reach) + 1, size));
}
