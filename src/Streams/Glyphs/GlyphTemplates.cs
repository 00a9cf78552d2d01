using System.Numerics;

namespace DynamosStream.Streams;

/// <summary>How the digits 0 to 8 are written: for each a few variants, each some strokes, each the points that the pen goes through.</summary>
/// <remarks>Heights run from -1 (top) to 1 (bottom). The pen draws a smooth curve; where a point is given twice it turns sharply.</remarks>
internal static class GlyphTemplates
{
    /// <summary>Points in the longest stroke.</summary>
    public static readonly int LongestStroke;

    private static readonly Vector2[][][][] Digits =
    [
        [
            [Stroke(.1f, -1, -.35f, -.8f, -.55f, -.2f, -.5f, .45f, -.15f, .95f, .3f, .85f, .55f, .3f, .5f, -.4f, .2f, -.95f, -.1f, -.95f)],
            [Stroke(.35f, -.8f, 0, -1, -.4f, -.65f, -.5f, 0, -.35f, .7f, 0, 1, .35f, .7f, .5f, 0, .35f, -.7f, .05f, -.85f, -.1f, -.65f)],
            [Stroke(-.05f, -.95f, -.65f, -.5f, -.7f, .35f, -.15f, .95f, .5f, .7f, .7f, 0, .45f, -.75f, -.1f, -.9f)],
        ],
        [
            [Stroke(0, -1, 0, 0, 0, 1)],
            [Stroke(-.35f, -.55f, 0, -1, 0, -1, .02f, 0, 0, 1)],
            [Stroke(-.4f, -.6f, .02f, -1, .02f, -1, 0, 0, 0, .97f), Stroke(-.45f, 1, 0, .97f, .45f, 1)],
        ],
        [
            [Stroke(-.5f, -.55f, -.25f, -.95f, .25f, -.95f, .5f, -.5f, .2f, .1f, -.55f, .95f, -.55f, .95f, 0, .88f, .6f, .95f)],
            [Stroke(-.5f, -.7f, -.1f, -1, .4f, -.75f, .35f, -.15f, -.15f, .7f, -.5f, .9f, -.6f, .65f, -.3f, .55f, .15f, .85f, .65f, .8f)],
            [Stroke(-.45f, -.85f, 0, -1, .45f, -.7f, .35f, -.2f, -.1f, .35f, -.5f, .9f, -.5f, .9f, .55f, .92f)],
        ],
        [
            [Stroke(-.5f, -.75f, -.05f, -1, .42f, -.75f, .3f, -.25f, -.1f, -.08f, -.1f, -.08f, .45f, .15f, .5f, .65f, .1f, 1, -.5f, .8f)],
            [Stroke(-.5f, -.95f, .45f, -.95f, .45f, -.95f, -.05f, -.2f, -.05f, -.2f, .45f, 0, .5f, .6f, .1f, .98f, -.5f, .8f)],
            [Stroke(-.4f, -.9f, .15f, -1, .45f, -.65f, .1f, -.15f, 0, -.05f, .35f, .1f, .55f, .5f, .2f, .95f, -.3f, .95f, -.55f, .7f)],
        ],
        [
            [Stroke(-.35f, -1, -.5f, -.35f, -.55f, .1f, -.55f, .1f, 0, .1f, .65f, .05f), Stroke(.35f, -.9f, .3f, 0, .28f, 1)],
            [Stroke(.3f, 1, .28f, 0, .25f, -1, .25f, -1, -.2f, -.3f, -.65f, .3f, -.65f, .3f, 0, .28f, .7f, .3f)],
            [Stroke(-.45f, -.95f, -.45f, -.35f, -.2f, -.02f, .3f, -.1f, .5f, -.2f), Stroke(.5f, -1, .45f, -.2f, .4f, 1)],
        ],
        [
            [Stroke(.5f, -.95f, -.35f, -.95f, -.35f, -.95f, -.45f, -.15f, -.45f, -.15f, .1f, -.35f, .55f, .15f, .4f, .75f, -.05f, 1, -.5f, .8f)],
            [Stroke(-.35f, -.9f, -.4f, -.15f, -.4f, -.15f, .15f, -.2f, .5f, .25f, .35f, .8f, -.1f, 1, -.55f, .85f), Stroke(-.35f, -.9f, .55f, -1)],
            [Stroke(.5f, -.9f, .05f, -1, -.4f, -.75f, -.3f, -.3f, .2f, -.1f, .5f, .3f, .3f, .85f, -.15f, 1, -.5f, .75f)],
        ],
        [
            [Stroke(.4f, -.95f, -.1f, -.65f, -.45f, 0, -.45f, .65f, -.05f, 1, .4f, .8f, .45f, .3f, .1f, .05f, -.3f, .25f, -.42f, .55f)],
            [Stroke(.05f, -1, -.35f, -.3f, -.5f, .45f, -.2f, .97f, .3f, .9f, .45f, .45f, .1f, .2f, -.45f, .5f)],
            [Stroke(-.4f, -1, -.45f, -.2f, -.45f, .5f, -.1f, .97f, .4f, .85f, .5f, .35f, .1f, .1f, -.42f, .4f)],
        ],
        [
            [Stroke(-.55f, -.9f, 0, -.92f, .5f, -.95f, .5f, -.95f, .1f, 0, -.15f, 1)],
            [Stroke(-.55f, -.95f, .55f, -.95f, .55f, -.95f, .2f, -.2f, 0, 1), Stroke(-.2f, .05f, .5f, 0)],
            [Stroke(-.5f, -.6f, -.5f, -.9f, -.5f, -.9f, .1f, -.85f, .5f, -.95f, .5f, -.95f, .15f, -.1f, .05f, 1)],
        ],
        [
            [Stroke(.4f, -.7f, 0, -1, -.4f, -.7f, -.2f, -.2f, .3f, .15f, .5f, .6f, .05f, 1, -.45f, .65f, -.25f, .15f, .25f, -.25f, .42f, -.7f, .2f, -.95f)],
            [
                Stroke(0, -.05f, -.38f, -.35f, -.3f, -.85f, .1f, -1, .4f, -.65f, .3f, -.2f, 0, -.05f),
                Stroke(0, -.05f, -.5f, .3f, -.4f, .85f, .1f, 1, .5f, .6f, .35f, .1f, 0, -.05f),
            ],
            [Stroke(.45f, -.85f, 0, -.98f, -.45f, -.75f, -.2f, -.3f, .25f, 0, .5f, .5f, .15f, .97f, -.35f, .85f, -.4f, .4f, 0, 0, .5f, -.8f)],
        ],
    ];

    static GlyphTemplates() => LongestStroke = Digits.Max(variants => variants.Max(strokes => strokes.Max(points => points.Length)));

    /// <summary>Number of digits.</summary>
    public static int Count => Digits.Length;

    /// <summary>The ways in which a digit is written, each a list of strokes.</summary>
    public static Vector2[][][] Variants(int digit) => Digits[digit];

    private static Vector2[] Stroke(params ReadOnlySpan<float> coordinates)
    {
        var points = new Vector2[coordinates.Length / 2];
        for (var i = 0; i < points.Length; i++)
            points[i] = new Vector2(coordinates[2 * i], coordinates[(2 * i) + 1]);
        return points;
    }
}
