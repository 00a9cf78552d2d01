using DynamosStream.Buffer;
using DynamosStream.Streams;
using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>Moves each image by a few pixels, drawn anew; what is moved in from outside is 0.</summary>
internal static class RandomShift
{
    /// <summary>Shifted copies, on the images' device.</summary>
    /// <param name="images">N x channels x height x width; not part of a graph.</param>
    /// <param name="share">The most that an image moves along a side, as a share of that side, in [0, 1]; rounded down to whole pixels.</param>
    /// <param name="random">Draws two numbers an image.</param>
    public static Tensor Of(Tensor images, double share, CounterRandom random)
    {
        var (n, channels, height, width) = ((int)images.shape[0], (int)images.shape[1], (int)images.shape[2], (int)images.shape[3]);
        var pixels = channels * height * width;
        var index = new long[n * pixels];
        for (int i = 0, at = 0; i < n; i++)
        {
            var (down, right) = (Draw(height), Draw(width));
            for (var channel = 0; channel < channels; channel++)
                for (var y = 0; y < height; y++)
                    for (var x = 0; x < width; x++)
                        index[at++] = From(channel, y - down, x - right);
        }

        // One pixel more an image: the one outside.
        var extended = cat([images.reshape(n, pixels), zeros([n, 1], images.dtype, images.device)], 1);
        return extended.gather(1, tensor(index, [n, pixels]).Onto(images.device)).view(images.shape);

        int Draw(int side)
        {
            var most = (int)(share * side);
            return (int)random.Below((2 * most) + 1) - most;
        }

        long From(int channel, int y, int x) =>
            (uint)y < (uint)height && (uint)x < (uint)width ? (((channel * height) + y) * width) + x : pixels;
    }
}
