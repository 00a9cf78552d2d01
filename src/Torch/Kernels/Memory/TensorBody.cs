using TorchSharp.Autograd;

namespace TorchSharp.Memory;

/// <summary>What the handles of one tensor share: its elements, its geometry and its place in the autograd graph. Ref-counted.</summary>
internal sealed class TensorBody
{
    private readonly long _count;
    private int _references = 1;

    /// <summary>Takes over one reference to <paramref name="storage"/>.</summary>
    public TensorBody(Storage storage, ScalarType dtype, long[] sizes, long[] strides, long offset = 0)
    {
        Shape.CheckRank(sizes);
        Storage = storage;
        DType = dtype;
        Sizes = sizes;
        Strides = strides;
        Offset = offset;
        _count = Shape.Count(sizes);
        IsContiguous = Shape.IsContiguous(sizes, strides);
    }

    public Storage Storage { get; }

    public ScalarType DType { get; }

    public long[] Sizes { get; }

    /// <summary>In elements; of the logical (strided) layout.</summary>
    public long[] Strides { get; }

    /// <summary>In elements, from the storage's begin.</summary>
    public long Offset { get; }

    public long Count => _count;

    /// <summary>The one-dimensional shape of all elements.</summary>
    public ReadOnlySpan<long> CountAsSizes => new(in _count);

    public bool IsContiguous { get; }

    /// <summary>Set by the user on leaves; a tensor with <see cref="GradFn"/> requires grad as well.</summary>
    public bool LeafRequiresGrad { get; set; }

    public bool RequiresGrad => LeafRequiresGrad || GradFn is not null;

    /// <summary>Accumulated gradient, owned.</summary>
    public TensorBody? Grad { get; private set; }

    /// <summary>The node that computes this tensor's gradient further; owned.</summary>
    public Node? GradFn { get; private set; }

    /// <summary>Which output of <see cref="GradFn"/> this is.</summary>
    public int OutputIndex { get; private set; }

    /// <summary>The tensor this is a differentiable view of; owned. In-place changes with gradient through views are refused.</summary>
    public TensorBody? ViewOf { get; private set; }

    /// <summary>How often this body's <see cref="GradFn"/> was replaced by in-place changes.</summary>
    public int HistoryVersion { get; private set; }

    /// <summary>The base's <see cref="HistoryVersion"/> when this view was made.</summary>
    public int ViewHistoryVersion { get; private set; }

    public bool IsUnique => Volatile.Read(ref _references) == 1;

    /// <summary>Whether no other handle, tensor or array shows these elements, so that a holder who is done with them may write over them.</summary>
    public bool IsUnshared => IsUnique && !Storage.IsShared && !Storage.IsPinnedArray && IsContiguous;

    public bool IsBlocked =>
        Storage.IsBlocked && IsContiguous && Sizes.Length == 4 && Sizes[0] == Storage.Images && Sizes[1] == Storage.Channels
        && Sizes[2] * Sizes[3] == Storage.Pixels;

    /// <summary>Whether the storage can change to blocked layout for this tensor.</summary>
    public bool CanBlock =>
        DType == ScalarType.Float32 && Sizes.Length == 4 && IsContiguous && Offset == 0 && Count > 0
        && Sizes[1] % Storage.BlockSize == 0 && Count * sizeof(float) == Storage.Bytes && !Storage.IsPinnedArray;

    /// <summary>Whether all pixels of an image [N, C, H, W] in whole blocks of channels show the same elements: the gradient of a mean over the image.</summary>
    public bool IsSpreadOverPixels =>
        DType == ScalarType.Float32 && Sizes.Length == 4 && Strides[2] == 0 && Strides[3] == 0 && Count > 0 && Sizes[1] % Storage.BlockSize == 0;

    /// <summary>Gives the elements again: memory forgets them when this tensor's last handle is gone, whoever else has kept them. Owned.</summary>
    public Recomputation? Recomputation { get; set; }

    /// <summary>Another body on the same elements, outside the graph.</summary>
    public TensorBody Alias() => new(Storage.Retain(), DType, Sizes, Strides, Offset);

    public TensorBody Retain()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) > 0)
            return;
        SetGrad(null);
        GradFn?.Retained?.Remove(this);
        GradFn?.Release();
        GradFn = null;
        ViewOf?.Release();
        ViewOf = null;
        if (Recomputation is { } recomputation)
            Storage.Forget(recomputation);
        Storage.Release();
    }

    /// <summary>Takes over one reference to <paramref name="grad"/>.</summary>
    public void SetGrad(TensorBody? grad)
    {
        Grad?.Release();
        Grad = grad;
    }

    /// <summary>Takes over one reference to <paramref name="node"/>.</summary>
    public void SetGradFn(Node? node, int outputIndex = 0)
    {
        var retained = GradFn?.Retained?.Remove(this) == true;
        GradFn?.Release();
        GradFn = node;
        OutputIndex = outputIndex;
        if (retained)
            RetainGrad();
    }

    /// <summary>Has backward keep the gradient of this result of an operation, as that of a leaf.</summary>
    public void RetainGrad()
    {
        if (GradFn is null)
            return;
        GradFn.Retained ??= [];
        if (!GradFn.Retained.Contains(this))
            GradFn.Retained.Add(this);
    }

    /// <summary>Counts an in-place change with gradient: views made before it no longer know their history.</summary>
    public void CountRewrite() => HistoryVersion++;

    /// <summary>Refuses to record a view that no longer knows its history.</summary>
    public void CheckViewIsCurrent()
    {
        if (ViewOf is { } root && root.HistoryVersion != ViewHistoryVersion)
        {
            throw new NotSupportedException(
                "This view was taken before its base was changed in place with gradient; take the view again after the change.");
        }
    }

    public void SetViewOf(TensorBody viewed)
    {
        var root = viewed.ViewOf ?? viewed;
        ViewOf = root.Retain();
        ViewHistoryVersion = root.HistoryVersion;
    }
}
