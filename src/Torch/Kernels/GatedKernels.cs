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
    /// <param name="to">Rows of <see cref="ChannelList.PackedRow"/> floats. Those after the kept outputs of a row are overwritten or left alone.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackWeights<V>(float* weights, nint block, int* rows, int count, in ChannelList outputs, int channels, float* to)
        where V : unmanaged, ISimd<V>
    {
        nint row = outputs.PackedRow;
        for (var c = 0; c < channels; c += V.Count)
        {
            var (begin, end) = (outputs.First[c / V.Count], outputs.First[(c / V.Count) + 1]);
            if (begin == end)
                continue;
            var from = weights + (c / Block * block) + (c % Block);
            var pick = outputs.Pick + c;
            var packed = to + begin;
            if (rows == null)
            {
                for (var k = 0; k < count; k++, from += Block, packed += row)
                    V.Shuffle(V.Load(from), pick).Store(packed);
                continue;
            }

            for (var k = 0; k < count; k++, packed += row)
                V.Shuffle(V.Load(from + ((nint)rows[k] * Block)), pick).Store(packed);
        }
    }

    /// <summary>Computes an <see cref="ActivationRun"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Activate<V>(in ActivationRun run)
        where V : unmanaged, ISimd<V>
    {
        var pixel = run.XPixel;
        for (var lane = 0; lane < Block; lane += V.Count)
        {
            var channel = run.Channel + lane;
            var gate = V.Load(run.Gate + channel);
            var shift = V.Load(run.Shift + channel) * gate;
            var spread = run.Channels.Spread + channel;
            var x = run.X + Math.Min(run.Channels.First[channel / V.Count], run.Channels.Count - 1);
            var y = run.Y + lane;
            var end = y + ((nint)run.Pixels * Block);
            if (run.Residual == null)
            {
                for (; y < end; y += Block, x += pixel)
                    V.Relu(V.MultiplyAdd(V.Shuffle(V.Load(x), spread), gate, shift)).Store(y);
                continue;
            }

            for (var residual = run.Residual + lane; y < end; y += Block, x += pixel, residual += Block)
                V.Relu(V.MultiplyAdd(V.Load(residual), gate, V.MultiplyAdd(V.Shuffle(V.Load(x), spread), gate, shift))).Store(y);
        }
    }
}
