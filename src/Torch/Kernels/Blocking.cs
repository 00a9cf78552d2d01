using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>Moves images between NCHW and nChw16c ([n][c/16][h*w][16]).</summary>
internal static unsafe class Blocking
{
    private const int Block = 16;

    public static void Pack(float* source, float* target, long images, long channels, long pixels) =>
        ForEachBlock(images * (channels / Block), pixels, (block, begin, end) =>
        {
            var from = source + (block * Block * pixels);
            var to = target + (block * Block * pixels);
            for (var p = begin; p < end; p++)
            {
                for (var c = 0; c < Block; c++)
                    to[(p * Block) + c] = from[(c * pixels) + p];
            }
        });

    public static void Unpack(float* source, float* target, long images, long channels, long pixels) =>
        ForEachBlock(images * (channels / Block), pixels, (block, begin, end) =>
        {
            var from = source + (block * Block * pixels);
            var to = target + (block * Block * pixels);
            for (var c = 0; c < Block; c++)
            {
                for (var p = begin; p < end; p++)
                    to[(c * pixels) + p] = from[(p * Block) + c];
            }
        });

    /// <summary>Fills a blocked tensor from one of the same sizes whose pixels all show the same elements.</summary>
    public static void Spread(Tensor source, Tensor target)
    {
        var (blocks, pixels) = (source.Sizes[1] / Block, source.Sizes[2] * source.Sizes[3]);
        var (imageStride, channelStride) = (source.Body.Strides[0], source.Body.Strides[1]);
        float* from = source.Floats, to = target.Floats;
        Workers.Run((int)source.Sizes[0], image =>
        {
            var pixel = stackalloc float[Block];
            var row = to + (image * blocks * pixels * Block);
            for (var block = 0L; block < blocks; block++)
            {
                for (var lane = 0; lane < Block; lane++)
                    pixel[lane] = from[(image * imageStride) + (((block * Block) + lane) * channelStride)];
                Vector256<float> low = Vector256.Load(pixel), high = Vector256.Load(pixel + 8);
                for (var p = 0L; p < pixels; p++, row += Block)
                {
                    low.Store(row);
                    high.Store(row + 8);
                }
            }
        });
    }

    /// <summary>Calls the body for each block of channels and tile of pixels; tiles keep the scattered side in the L1 cache.</summary>
    private static void ForEachBlock(long blocks, long pixels, Action<long, long, long> body)
    {
        const long Tile = 128;
        const long BlocksPerPart = 8;
        var parts = (int)((blocks + BlocksPerPart - 1) / BlocksPerPart);
        Workers.Run(parts, part =>
        {
            for (var block = part * BlocksPerPart; block < Math.Min(blocks, (part + 1) * BlocksPerPart); block++)
            {
                for (long begin = 0; begin < pixels; begin += Tile)
                    body(block, begin, Math.Min(pixels, begin + Tile));
            }
        });
    }
}
