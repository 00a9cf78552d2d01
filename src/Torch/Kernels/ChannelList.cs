namespace TorchSharp.Kernels;

/// <summary>The kept channels of one image, side by side, and how vectors of channels are moved there and back.</summary>
/// <remarks>
/// Channels are taken in vectors of <see cref="KernelSet.Lanes"/>. The kept ones of a vector stand next to each other in the compact
/// row, so one shuffle and one store at <see cref="First"/> move them there, if vectors go in order: what a store writes beyond its
/// kept channels is overwritten by the next. One load and one shuffle move them back.
/// </remarks>
internal readonly unsafe struct ChannelList
{
    private const int Block = KernelSet.Block;

    /// <param name="gate">0 for a dropped channel, or null for all kept.</param>
    /// <param name="channels">A multiple of 16.</param>
    /// <param name="lanes">Channels in a vector.</param>
    /// <param name="memory">Of <see cref="Ints"/> for as many channels.</param>
    public ChannelList(float* gate, int channels, int lanes, int* memory)
    {
        Pick = memory;
        Spread = memory + channels;
        First = Spread + channels;
        new Span<int>(Pick, channels).Clear();
        for (var begin = 0; begin < channels; begin += lanes)
        {
            var kept = 0;
            for (var lane = 0; lane < lanes; lane++)
            {
                if (gate == null || gate[begin + lane] != 0)
                    Pick[begin + kept++] = lane;
                Spread[begin + lane] = Math.Max(0, kept - 1);
            }

            First[begin / lanes] = Count;
            Count += kept;
        }

        First[channels / lanes] = Count;
    }

    /// <summary>For each vector of channels its kept lanes, then zeros.</summary>
    public int* Pick { get; }

    /// <summary>For each channel its lane in a vector loaded at <see cref="First"/>; for a dropped one that of a kept one, if there is any.</summary>
    public int* Spread { get; }

    /// <summary>For each vector of channels where its kept ones begin in the compact row; then their number.</summary>
    public int* First { get; }

    /// <summary>Kept channels.</summary>
    public int Count { get; }

    /// <summary>Blocks of 16 that hold them.</summary>
    public int Blocks => (Count + Block - 1) / Block;

    /// <summary>Floats of a row of packed weights: sixteen more, which stores of the last kept channels may reach.</summary>
    public int PackedRow => (Blocks * Block) + Block;

    public static int Ints(int channels) => (2 * channels) + (channels / 4) + 1;
}
