using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DynamosStream.Tests.NN;

/// <summary>Tests that count all live tensors run alone.</summary>
[CollectionDefinition(nameof(LiveTensorTests), DisableParallelization = true)]
[Collection(nameof(LiveTensorTests))]
public sealed class LiveTensorTests
{
    private readonly long _before = LiveTensors();

    [Fact]
    public void Optimizers_Disposed_FreeTheirState()
    {
        var p = new Parameter(ones(4));
        using (var grad = ones(4))
        {
            p.grad = grad;
        }

        var (sgd, adam) = (optim.SGD([p], 0.1, momentum: 0.9), optim.Adam([p]));
        sgd.step();
        adam.step();
        Assert.Equal(_before + 4, Tensor.TotalCount);
        sgd.Dispose();
        adam.Dispose();
        p.Dispose();
        Assert.Equal(_before, Tensor.TotalCount);
    }

    /// <summary>The count once the handles that other tests left to the finalizer are gone.</summary>
    private static long LiveTensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
