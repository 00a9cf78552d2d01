using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <summary>Kernels that move between all channels and an image's kept ones.</summary>
internal static unsafe class GatedKernels
{
    private const int Block = KernelSet.Block;

    /// <summary>Rows of weights [block][row][16] to compact rows, in which only the kept outputs stand side by side.</summary>
    /// <param name="weights">Weights.</param>
    /// <param name="block">Floats from one block of outputs to the next.</param>
    /// <param name="rows">The rows to take, or null for the first ones.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="outputs">The kept outputs.</param>
    /// <param name="channels">All outputs.</param>
    /// <param name="to">[row][blocks of kept outputs][16], and 16 floats after them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackWeights<V>(float* weights, nint block, int* rows, int count, in ChannelList outputs, int channels, float* to)
        where V : unmanaged, ISimd<V>
    {
        int* first = outputs.First, pick = outputs.Pick;
        var compact = outputs.Blocks * Block;
        for (var k = 0; k < count; k++, to += compact)
        {
            var from = weights + ((nint)(rows == null ? k : rows[k]) * Block);
            for (var c = 0; c < channels; c += V.Count)
            {
                var at = first[c / V.Count];
                if (at != first[(c / V.Count) + 1])
                    V.Shuffle(V.Load(from + (c / Block * block) + (c % Block)), pick + c).Store(to + at);
            }
        }
    }

    /// <summary>Computes an <see cref="ActivationTile"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Activate<V>(in ActivationTile tile)
        where V : unmanaged, ISimd<V>
    {
        var columns = tile.Columns;
        var pixel = tile.XPixel;
        for (var lane = 0; lane < Block; lane += V.Count)
        {
            var channel = tile.Channel + lane;
            var gate = V.Load(tile.Gate + channel);
            var shift = V.Load(tile.Shift + channel) * gate;
            var spread = tile.Channels.Spread + channel;
            var from = tile.X + Math.Min(tile.Channels.First[channel / V.Count], tile.Channels.Count - 1);
            float* y = tile.Y + lane, residual = tile.Residual + lane;
            for (var row = 0; row < tile.Rows; row++, from += tile.XRow, y += tile.YRow, residual += tile.YRow)
            {
                if (tile.Residual == null)
                {
                    for (nint column = 0; column < columns; column++)
                        V.Relu(V.MultiplyAdd(V.Shuffle(V.Load(from + (column * pixel)), spread), gate, shift)).Store(y + (column * Block));
                    continue;
                }

                for (nint column = 0; column < columns; column++)
                {
                    var value = V.MultiplyAdd(V.Shuffle(V.Load(from + (column * pixel)), spread), gate, shift);
                    V.Relu(V.MultiplyAdd(V.Load(residual + (column * Block)), gate, value)).Store(y + (column * Block));
                }
            }
        }
    }
}
