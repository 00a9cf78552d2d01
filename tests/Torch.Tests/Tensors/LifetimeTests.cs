using TorchSharp.Memory;
using static TorchSharp.torch;

namespace DynamosStream.Tests.Tensors;

/// <summary>Counts are of the whole process: these tests run with no other beside them.</summary>
[Collection(nameof(Alone))]
public sealed class LifetimeTests
{
    [Fact]
    public void Scope_Closed_DisposesWhatWasNotMovedOut()
    {
        Collect();
        var before = Tensor.TotalCount;
        Tensor kept, outer;
        using (var enclosing = NewDisposeScope())
        {
            Tensor inner;
            using (NewDisposeScope())
            {
                inner = zeros(3);
                outer = (inner + 1).MoveToOuterDisposeScope();
                kept = (inner + 2).DetachFromDisposeScope();
            }

            Assert.True(inner.IsInvalid);
            Assert.False(outer.IsInvalid);
            Assert.Equal(1, enclosing.DisposablesCount);
        }

        Assert.True(outer.IsInvalid);
        using (var element = kept[1])
            Assert.Equal(2f, element.item<float>());
        kept.Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Scope_SeveralMovedAtOnce_GoWhereTheyAreMoved()
    {
        using var outer = NewDisposeScope();
        using var inner = NewDisposeScope();
        IEnumerable<IDisposable> made = [zeros(1), zeros(2)];
        inner.MoveToOuter(made);
        Assert.Equal(2, outer.DisposablesCount);
        outer.Detach([.. made]);
        Assert.Equal(0, outer.DisposablesCount);
        inner.Attach(made);
        inner.MoveToOther(outer, made);
        Assert.Equal(2, outer.DisposablesCount);
        Assert.Equal(0, inner.DisposablesCount);
    }

    [Fact]
    public void Grad_EachRead_IsAHandleOfItsOwnToTheSameElements()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        x.sum().backward();
        var first = x.grad!;
        x.grad!.mul_(5);
        Assert.Equal([5f, 5], first.data<float>().ToArray());
        first.Dispose();
        Assert.Equal([5f, 5], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void InPlace_Result_IsTheSameHandle()
    {
        using var scope = NewDisposeScope();
        var x = ones(2);
        Assert.Same(x, x.mul_(2).add_(1).relu_());
        Assert.Same(x, x.copy_(zeros(2)));
        Assert.Same(x, x.uniform_(0, 1));
    }

    [Fact]
    public void Pool_BatchesOfManySizes_KeepsAtMostAQuarterMoreThanWasInUseAtOnce()
    {
        const long MiB = 1 << 18;
        for (var i = 0; i < 40; i++)
        {
            using var scope = NewDisposeScope();
            _ = empty((200 + (20 * i)) * MiB);
            _ = empty((100 + (15 * i)) * MiB);
            Assert.InRange(NativeRegions.TouchedBytes, 300 * 4 * MiB, NativeRegions.TakenBytesMax * 5 / 4);
        }
    }

    [Fact]
    public void TrainingLoop_AfterItsFirstSteps_KeepsCountsBytesAndHeap()
    {
        var x = FiniteDifferences.Values([64, 32]);
        var labels = FiniteDifferences.Values([64, 8], seed: 2);
        var weight = FiniteDifferences.Values([32, 8], seed: 3).requires_grad_();
        Collect();
        for (var i = 0; i < 5; i++)
            Step(x, labels, weight);
        var (count, live, cached) = (Tensor.TotalCount, NativePool.LiveBytes, NativePool.CachedBytes);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        const int Steps = 200;
        for (var i = 0; i < Steps; i++)
            Step(x, labels, weight);
        var perStep = (GC.GetAllocatedBytesForCurrentThread() - allocated) / Steps;
        Assert.Equal((count, live, cached), (Tensor.TotalCount, NativePool.LiveBytes, NativePool.CachedBytes));
        Assert.InRange(perStep, 1, 24_000);
        x.Dispose();
        labels.Dispose();
        weight.Dispose();
    }

    [Fact]
    public void ForgottenTensors_Collected_GiveTheirMemoryBack()
    {
        Collect();
        var live = NativePool.LiveBytes;
        Forget();
        Collect();
        Assert.InRange(NativePool.LiveBytes - live, long.MinValue, 64 * 1024);
    }

    internal static void Collect()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static void Forget()
    {
        for (var i = 0; i < 100; i++)
            _ = zeros(100, 100).requires_grad_().mul(2).exp();
    }

    private static void Step(Tensor x, Tensor labels, Tensor weight)
    {
        using var scope = NewDisposeScope();
        var logits = x.matmul(weight).relu().add(0.1f).log_softmax(1);
        var loss = (logits - labels).square().mean();
        loss.backward();
        using var mode = no_grad();
        weight.sub_(weight.grad! * 0.01f);
        weight.grad = null;
    }
}

/// <summary>Tests of what the whole process shares: the number of live tensors, of threads, the default generator.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
