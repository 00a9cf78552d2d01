using TorchSharp.Memory;

namespace TorchSharp.Kernels;

/// <summary>
/// Images [image][block][pixel][16] for a kernel to read or write: a tensor's own memory where its layout allows that, else a copy,
/// whose last block has zeros beyond the channels. Pixels are all dimensions after the channels.
/// </summary>
internal sealed unsafe class BlockedImages : IDisposable
{
    private const int Block = KernelSet.Block;

    private readonly long[] _sizes;
    private readonly Tensor? _tensor;
    private readonly NativeBlock? _copy;

    private BlockedImages(long[] sizes, Tensor? tensor)
    {
        _sizes = sizes;
        _tensor = tensor;
        Images = checked((int)sizes[0]);
        Channels = checked((int)sizes[1]);
        Pixels = checked((int)Shape.Count(sizes.AsSpan(2)));
        if (tensor is null)
            _copy = NativePool.Rent(Math.Max(1, (long)Images * Blocks * Block * Pixels) * sizeof(float));
    }

    public int Images { get; }

    public int Channels { get; }

    public int Pixels { get; }

    public int Blocks => (Channels + Block - 1) / Block;

    public float* Floats => _tensor is null ? (float*)_copy!.Pointer : _tensor.Floats;

    /// <summary>All channels of a tensor [N, C, ...], to read.</summary>
    public static BlockedImages Read(Tensor x) =>
        IsBlockable(x.Sizes) ? new BlockedImages(x.Sizes, x.Blocked()) : Read(x, 0, x.Sizes[1]);

    /// <summary>As <see cref="Read(Tensor)"/>, of a tensor that may be another view of the storage of operands to be read after it.</summary>
    public static BlockedImages ReadBeside(Tensor x, params ReadOnlySpan<Tensor> others)
    {
        foreach (var other in others)
        {
            if (!x.Sizes.AsSpan().SequenceEqual(other.Sizes) || !x.Body.Strides.AsSpan().SequenceEqual(other.Body.Strides) || x.Body.Offset != other.Body.Offset)
            {
                using var apart = x.ApartFrom(other);
                if (!ReferenceEquals(apart.Body, x.Body))
                    return Read(apart);
            }
        }

        return Read(x);
    }

    /// <summary>A copy of some channels of a tensor [N, C, ...], to read.</summary>
    public static BlockedImages Read(Tensor x, long firstChannel, long channels)
    {
        using var plain = x.Contiguous();
        var images = new BlockedImages([x.Sizes[0], channels, .. x.Sizes[2..]], null);
        var from = plain.Floats + (firstChannel * images.Pixels);
        images.ForEachBlock(x.Sizes[1], (offset, lanes, blocked) => Pack(from + offset, lanes, images.Pixels, blocked));
        return images;
    }

    /// <summary>Images to write, not set.</summary>
    public static BlockedImages Write(long[] sizes) =>
        new(sizes, IsBlockable(sizes) ? Tensor.EmptyBlocked(sizes) : null);

    /// <summary>Images of the same sizes to write instead of these; null where these may be overwritten: a copy, or <paramref name="owned"/>.</summary>
    public BlockedImages? WriteBeside(bool owned) => _tensor is null || owned ? null : Write(_sizes);

    /// <summary>Images to write and then copy, not set.</summary>
    public static BlockedImages WriteCopy(long[] sizes) => new(sizes, null);

    /// <summary>What was written, as a tensor that the caller owns.</summary>
    public Tensor ToTensor()
    {
        if (_tensor is not null)
            return _tensor.NewHandle();
        var tensor = Tensor.EmptyStrided(_sizes);
        CopyTo(tensor, 0);
        return tensor;
    }

    /// <summary>Copies all channels to those of a strided tensor that begin at <paramref name="firstChannel"/>.</summary>
    public void CopyTo(Tensor tensor, long firstChannel)
    {
        var to = tensor.Floats + (firstChannel * Pixels);
        ForEachBlock(tensor.Sizes[1], (offset, lanes, blocked) => Unpack(blocked, lanes, Pixels, to + offset));
    }

    public void Dispose()
    {
        _tensor?.Dispose();
        if (_copy is not null)
            NativePool.Return(_copy);
    }

    private static bool IsBlockable(long[] sizes) => sizes.Length == 4 && sizes[1] % Block == 0 && Shape.Count(sizes) > 0;

    private static void Pack(float* plain, int lanes, int pixels, float* blocked)
    {
        for (var pixel = 0; pixel < pixels; pixel++, blocked += Block)
        {
            for (var lane = 0; lane < Block; lane++)
                blocked[lane] = lane < lanes ? plain[((long)lane * pixels) + pixel] : 0;
        }
    }

    private static void Unpack(float* blocked, int lanes, int pixels, float* plain)
    {
        for (var lane = 0; lane < lanes; lane++)
        {
            for (var pixel = 0; pixel < pixels; pixel++)
                *plain++ = blocked[((long)pixel * Block) + lane];
        }
    }

    private void ForEachBlock(long tensorChannels, BlockAction body) => Workers.Run(Images * Blocks, part =>
    {
        var (image, block) = (part / Blocks, part % Blocks);
        body(
            ((image * tensorChannels) + (block * Block)) * Pixels,
            Math.Min(Block, Channels - (block * Block)),
            Floats + ((long)part * Pixels * Block));
    });

    /// <param name="offset">First float of the block's channels in the plain images.</param>
    /// <param name="lanes">Channels in the block.</param>
    /// <param name="blocked">The block.</param>
    private delegate void BlockAction(long offset, int lanes, float* blocked);
}
