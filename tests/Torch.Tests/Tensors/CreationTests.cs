using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DynamosStream.Tests.Tensors;

public sealed class CreationTests
{
    [Fact]
    public void FromArray_ChangedArray_ShowsInTheTensor()
    {
        using var scope = NewDisposeScope();
        var values = new float[,] { { 1, 2 }, { 3, 4 } };
        var shared = from_array(values);
        values[1, 0] = 7;
        Assert.Equal([1f, 2, 7, 4], shared.data<float>().ToArray());
        shared.mul_(2);
        Assert.Equal(14, values[1, 0]);
        var flags = new bool[3];
        var sharedFlags = from_array(flags);
        flags[1] = true;
        Assert.Equal([false, true, false], sharedFlags.data<bool>().ToArray());
    }

    [Fact]
    public void Tensor_MultiDimensionalArray_KeepsShapeAndOrder()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new long[,,] { { { 1, 2 }, { 3, 4 } }, { { 5, 6 }, { 7, 8 } } });
        Assert.Equal([2, 2, 2], x.shape);
        Assert.Equal([1L, 2, 3, 4, 5, 6, 7, 8], x.data<long>().ToArray());
        Assert.Equal(7, x.data<long>()[1, 1, 0]);
        Assert.Equal(6, ((long[,,])x.data<long>().ToNDArray())[1, 0, 1]);
    }

    [Fact]
    public void Tensor_ValuesThatDoNotFillTheShape_Throws() =>
        Assert.Throws<ArgumentException>(() => tensor(new float[] { 1, 2, 3 }, [2, 2]));

    [Fact]
    public void Arange_WholeNumbers_AreInt64_OthersFloat32()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([2L, 5, 8], arange(2, 10, 3).data<long>().ToArray());
        Assert.Equal([0f, 0.5f, 1], arange(0, 1.5, 0.5).data<float>().ToArray());
        Assert.Equal([0f, 0.25f, 0.5f, 0.75f, 1], linspace(0, 1, 5).data<float>().ToArray());
        Assert.Equal([1f, 0, 0, 0, 1, 0], eye(2, 3).data<float>().ToArray());
    }

    [Fact]
    public void Sum_LiteralZero_IsAnElementTypeAndRefused() =>
        Assert.Contains("write sum(0L)", Assert.Throws<ArgumentException>(() => ones(2, 2).sum(0)).Message);

    [Fact]
    public void Unsqueeze_BeyondTheMostDimensions_Throws()
    {
        using var scope = NewDisposeScope();
        var x = ones([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        Assert.Contains("at most 12 dimensions", Assert.Throws<ExternalException>(() => x.unsqueeze(0)).Message);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MaxValue - 100)]
    [InlineData(long.MaxValue - 1_000_000)]
    public void Empty_MoreBytesThanThereAre_ThrowsAndSpoilsNothing(long elements)
    {
        Assert.ThrowsAny<Exception>(() => empty(elements, ScalarType.Bool));
        using var after = ones(1000);
        Assert.Equal(1000, after.sum().item<float>());
    }

    [Fact]
    public void Item_WrongType_Throws() => Assert.Throws<ArgumentException>(() => tensor(1.5f).item<double>());

    [Fact]
    public void Device_Cuda_IsNeverThere()
    {
        Assert.False(cuda.is_available());
        Assert.Throws<InvalidOperationException>(() => device("cuda"));
        Assert.Throws<InvalidOperationException>(() => zeros(2, device: new Device("cuda")));
        Assert.Throws<InvalidOperationException>(() => zeros(2).pin_memory());
        Assert.Equal("cpu", zeros(2).device.ToString());
    }

    [Fact]
    public void Disposed_Use_Throws()
    {
        var x = zeros(2);
        x.Dispose();
        Assert.True(x.IsInvalid);
        Assert.Contains("empty handle", Assert.Throws<InvalidOperationException>(() => x.add(1)).Message);
    }

    [Fact]
    public void Add_ShapesThatDoNotBroadcast_Throws() =>
        Assert.Contains("must match the size", Assert.Throws<ExternalException>(() => zeros(2, 3) + zeros(2, 4)).Message);
}
