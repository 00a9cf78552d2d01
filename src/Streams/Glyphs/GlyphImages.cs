using System.Numerics;
using System.Runtime.InteropServices;

namespace DynamosStream.Streams;

/// <summary>Handwritten-looking digits 0 to 8, drawn when asked for: each a pure function of (seed, purpose, class, index), without end.</summary>
/// <param name="seed">Decides what every image looks like.</param>
/// <param name="purpose">Tells images for learning from those for testing.</param>
/// <param name="countPerClass">Images of a class in one pass.</param>
internal sealed class GlyphImages(ulong seed, RandomPurpose purpose, int countPerClass) : IClassImages
{
    private const int Size = 28;
    private const int LinesPerInterval = 4;

    // How much the handwriting varies; lengths in pixels, the others relative to a digit of height 2.
    private static readonly (float Low, float High) HalfHeight = (7f, 9f);
    private static readonly (float Low, float High) Aspect = (0.7f, 1.1f);
    private static readonly (float Low, float High) Slant = (-0.15f, 0.45f);
    private static readonly (float Low, float High) Tilt = (-0.12f, 0.12f);
    private static readonly (float Low, float High) Shift = (-1.5f, 1.5f);
    private static readonly (float Low, float High) PenRadius = (0.7f, 1.7f);
    private static readonly (float Low, float High) EdgeSoftness = (0.8f, 1.4f);
    private static readonly (float Low, float High) Brightness = (0.75f, 1f);
    private static readonly (float Low, float High) Noise = (0f, 0.12f);
    private const float Jitter = 0.13f;

    public SampleShape Shape { get; } = new(1, Size, Size);

    public int Classes => GlyphTemplates.Count;

    public int Count(int label) => countPerClass;

    public void CopyTo(int label, long index, Span<byte> pixels)
    {
        var random = new CounterRandom(seed, purpose, (ulong)((index * Classes) + label));
        var variants = GlyphTemplates.Variants(label);
        var strokes = variants[random.Below(variants.Length)];
        var (toPixels, origin) = Handwriting(ref random);
        var radius = Uniform(ref random, PenRadius);
        var softness = Uniform(ref random, EdgeSoftness);

        Span<float> squaredDistances = stackalloc float[Size * Size];
        var field = new InkField(squaredDistances, Size, radius + softness);
        field.Clear();
        Span<Vector2> points = stackalloc Vector2[GlyphTemplates.LongestStroke];
        foreach (var stroke in strokes)
        {
            Place(stroke, points, toPixels, origin, ref random);
            Draw(points[..stroke.Length], field);
        }

        Develop(squaredDistances, pixels, radius, softness, ref random);
    }

    /// <summary>Size, proportions, slant, tilt and place of the whole digit: a linear map (as its two columns) and an origin.</summary>
    private static ((Vector2 X, Vector2 Y) ToPixels, Vector2 Origin) Handwriting(ref CounterRandom random)
    {
        var height = Uniform(ref random, HalfHeight);
        var width = height * Uniform(ref random, Aspect);
        var (sin, cos) = MathF.SinCos(Uniform(ref random, Tilt));
        var slant = Uniform(ref random, Slant);
        var right = new Vector2(cos, sin) * width;
        var down = (new Vector2(-sin, cos) * height) - (right * slant);
        var origin = new Vector2((Size / 2f) + Uniform(ref random, Shift), (Size / 2f) + Uniform(ref random, Shift));
        return ((right, down), origin);
    }

    /// <summary>Moves each of the stroke's points a little at random and maps it to pixels; a repeated point stays repeated.</summary>
    private static void Place(
        Vector2[] stroke, Span<Vector2> points, (Vector2 X, Vector2 Y) toPixels, Vector2 origin, ref CounterRandom random)
    {
        for (var i = 0; i < stroke.Length; i++)
        {
            if (i > 0 && stroke[i] == stroke[i - 1])
            {
                points[i] = points[i - 1];
                continue;
            }

            var x = stroke[i].X + Uniform(ref random, (-Jitter, Jitter));
            var y = stroke[i].Y + Uniform(ref random, (-Jitter, Jitter));
            points[i] = origin + (toPixels.X * x) + (toPixels.Y * y);
        }
    }

    /// <summary>Draws a Catmull-Rom spline through the points as short lines.</summary>
    private static void Draw(ReadOnlySpan<Vector2> points, InkField field)
    {
        for (var i = 0; i + 1 < points.Length; i++)
        {
            var (from, to) = (points[i], points[i + 1]);
            if (from == to)
                continue;
            var tangentFrom = (to - points[Math.Max(i - 1, 0)]) / 2;
            var tangentTo = (points[Math.Min(i + 2, points.Length - 1)] - from) / 2;
            var last = from;
            for (var line = 1; line <= LinesPerInterval; line++)
            {
                var next = Hermite(from, to, tangentFrom, tangentTo, (float)line / LinesPerInterval);
                field.Line(last, next);
                last = next;
            }
        }
    }

    private static Vector2 Hermite(Vector2 from, Vector2 to, Vector2 tangentFrom, Vector2 tangentTo, float t)
    {
        var rest = 1 - t;
        return (from * (rest * rest * (1 + (2 * t)))) + (tangentFrom * (rest * rest * t))
            + (to * (t * t * (3 - (2 * t)))) - (tangentTo * (t * t * rest));
    }

    /// <summary>Turns distances into grey values with a soft edge, and adds noise.</summary>
    private static void Develop(ReadOnlySpan<float> squaredDistances, Span<byte> pixels, float radius, float softness, ref CounterRandom random)
    {
        var ink = 255 * Uniform(ref random, Brightness);
        var noise = 255 * Uniform(ref random, Noise);
        Span<uint> words = stackalloc uint[Size * Size / sizeof(uint)];
        for (var i = 0; i < words.Length; i++)
            words[i] = random.NextUInt32();
        var bytes = MemoryMarshal.AsBytes(words);

        var scale = ink / softness;
        for (var i = 0; i < pixels.Length; i++)
        {
            var edge = (radius + (softness / 2) - MathF.Sqrt(squaredDistances[i])) * scale;
            var value = float.MinNative(float.MaxNative(edge, 0), ink) + (noise * (bytes[i] - 127.5f) * (1 / 127.5f));
            pixels[i] = (byte)float.MinNative(float.MaxNative(value, 0), 255);
        }
    }

    private static float Uniform(ref CounterRandom random, (float Low, float High) range) =>
        range.Low + ((range.High - range.Low) * random.NextSingle());
}
