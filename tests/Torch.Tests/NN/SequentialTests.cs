using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DynamosStream.Tests.NN;

public sealed class SequentialTests
{
    [Fact]
    public void Forward_Steps_RunInOrderAndIntermediatesAreFreed()
    {
        using var scope = NewDisposeScope();
        using var net = Sequential(new Scale(2), new Scale(3), ReLU());
        var x = tensor(new float[] { -1, 1 });
        var before = scope.DisposablesCount;
        using var y = net.call(x);
        Expect.Close([0, 6], y);
        Assert.Equal(before + 1, scope.DisposablesCount);
        Assert.False(x.IsInvalid);
    }

    [Fact]
    public void Forward_Empty_GivesAHandleOfItsOwn()
    {
        using var x = ones(2);
        using var net = Sequential();
        using (var y = net.call(x))
        {
            Assert.NotSame(x, y);
        }

        Assert.False(x.IsInvalid);
    }

    [Fact]
    public void Forward_StepThatReturnsItsInput_KeepsIt()
    {
        using var x = ones(2);
        using var net = Sequential(new PassOn(), new Scale(2), new PassOn());
        using var y = net.call(x);
        Expect.Close([2, 2], y);
        Assert.False(x.IsInvalid);
    }

    [Fact]
    public void Names_AreThePositionsOrTheOnesGiven()
    {
        using var plain = Sequential(new Scale(1), Sequential(new Scale(1)));
        Assert.Equal(["0.factor", "1.0.factor"], plain.named_parameters().Select(p => p.name));
        Assert.Equal(["0", "1", "1.0"], plain.named_modules().Select(m => m.name));
        using var named = Sequential(("a", new Scale(1)), ("b", ReLU()));
        Assert.Equal(["a.factor"], named.state_dict().Keys);
        Assert.Throws<InvalidOperationException>(() => named.append("a", new Scale(1)));
        using var built = Sequential().append(new Scale(1)).append("last", new Scale(1));
        Assert.Equal(["0.factor", "last.factor"], built.state_dict().Keys);
    }

    [Fact]
    public void Indexers_GiveStepsAndRanges()
    {
        using var net = Sequential(new Scale(2), new Scale(3), new Scale(4));
        Assert.Equal(3, net.Count);
        using var x = ones(1);
        using var second = net[1].call(x);
        Expect.Close([3], second);
        using var tail = net[1..].call(x);
        Expect.Close([12], tail);
        Assert.Equal(["1.factor", "2.factor"], net[1..].state_dict().Keys);
    }

    [Fact]
    public void Eval_ReachesTheSteps()
    {
        var step = new Scale(1);
        using var net = Sequential(step);
        net.eval();
        Assert.False(step.training);
    }

    private sealed class Scale : Module<Tensor, Tensor>
    {
        private readonly Parameter factor;

        public Scale(float value)
            : base(nameof(Scale))
        {
            factor = new Parameter(full(1, value).DetachFromDisposeScope());
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => input * factor;
    }

    private sealed class PassOn() : Module<Tensor, Tensor>(nameof(PassOn))
    {
        public override Tensor forward(Tensor input) => input;
    }
}
