using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DynamosStream.Tests.Autograd;

public sealed class GraphTests
{
    [Fact]
    public void Backward_Twice_NeedsRetainGraph()
    {
        using var scope = NewDisposeScope();
        var x = tensor(3f, requires_grad: true);
        var y = x * x;
        y.backward(retain_graph: true);
        y.backward();
        Assert.Equal(12, x.grad!.item<float>());
        Assert.Contains("second time", Assert.Throws<ExternalException>(() => y.backward()).Message);
    }

    [Fact]
    public void Backward_SavedTensorChanged_Throws()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        var y = x * 2;
        var z = y.square();
        y.add_(1);
        Assert.Contains("modified by an inplace operation", Assert.Throws<ExternalException>(() => z.sum().backward()).Message);
    }

    [Fact]
    public void InPlace_OnALeafThatRequiresGrad_Throws()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        Assert.Contains("leaf Variable", Assert.Throws<ExternalException>(() => x.add_(1)).Message);
        using (no_grad())
            x.add_(1);
        Assert.Equal([2f, 2], x.data<float>().ToArray());
    }

    [Fact]
    public void InPlace_OnAViewWithGradient_IsRefused()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 2).requires_grad_();
        var y = x * 1;
        Assert.Throws<NotSupportedException>(() => y.select(0, 0).mul_(2));
        var view = y.select(0, 1);
        y.mul_(3);
        Assert.Throws<NotSupportedException>(() => view.mul(2));
    }

    [Fact]
    public void Backward_OfManyElements_NeedsAGradient()
    {
        using var scope = NewDisposeScope();
        var y = ones(2).requires_grad_() * 2;
        Assert.Contains("scalar outputs", Assert.Throws<ExternalException>(() => y.backward()).Message);
        Assert.Contains("does not require grad", Assert.Throws<ExternalException>(() => ones(1).sum().backward()).Message);
    }

    [Fact]
    public void NoGrad_Inside_RecordsNothing()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        using (no_grad())
        {
            Assert.False((x * 2).requires_grad);
            using (enable_grad())
                Assert.True((x * 2).requires_grad);
        }

        Assert.True((x * 2).requires_grad);
        Assert.False((x * 2).detach().requires_grad);
    }

    [Fact]
    public void Grad_OfInnerAndLeafInputs_ReturnsThemAndLeavesLeavesAlone()
    {
        using var scope = NewDisposeScope();
        var x = tensor(2f, requires_grad: true);
        var unused = tensor(1f, requires_grad: true);
        var y = x * x;
        var z = y * 3;
        var grads = autograd.grad([z], [y, x], retain_graph: true);
        Assert.Equal([3f, 12], grads.Select(g => g.item<float>()));
        Assert.Null(x.grad);
        Assert.Throws<ExternalException>(() => autograd.grad([z], [unused], retain_graph: true));
        Assert.True(autograd.grad([z], [unused], allow_unused: true)[0].IsInvalid);
        Assert.Throws<NotSupportedException>(() => autograd.grad([x * x], [x], create_graph: true));
    }

    [Fact]
    public void Backward_WithInputs_AccumulatesOnlyThere()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(2f, requires_grad: true), tensor(3f, requires_grad: true));
        (a * b).backward(inputs: [a]);
        Assert.Equal(3, a.grad!.item<float>());
        Assert.Null(b.grad);
    }

    [Fact]
    public void RetainGrad_OnAnInnerTensor_KeepsItsGradient()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1f, 2], requires_grad: true);
        var (kept, dropped) = (x * 2, x * 3);
        kept.retain_grad();
        (kept.square() + dropped).sum().backward();
        Assert.Equal([4f, 8], kept.grad!.data<float>().ToArray());
        Assert.Null(dropped.grad);
        Assert.Equal([11f, 19], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Backward_LongChain_DoesNotOverflowTheStack()
    {
        using var scope = NewDisposeScope();
        var x = tensor(1f, requires_grad: true);
        var y = x;
        for (var i = 0; i < 50_000; i++)
            y = y + 0;
        y.backward();
        Assert.Equal(1, x.grad!.item<float>());
    }

    [Fact]
    public void CustomFunction_SavesAndReturnsItsOwnGradient()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1f, 2, 3], requires_grad: true);
        var y = Scaled.apply(x, 4.0);
        y.sum().backward();
        Assert.Equal([4f, 8, 12], y.data<float>().ToArray());
        Assert.Equal([100f, 200, 300], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void CustomMultiFunction_UnusedOutput_GetsZeros()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1f, 2], requires_grad: true);
        var outputs = TwoParts.apply(x);
        outputs[1].sum().backward();
        Assert.Equal([0f, 5], x.grad!.data<float>().ToArray());
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Backward_AnExpandedGradientAddedToAnother_AddsElementwise(bool expandedFirst, bool mean)
    {
        using var scope = NewDisposeScope();
        var x = ones(4).requires_grad_();
        var h = x * 2;
        var weighted = (h * tensor(new[] { 1f, 2, 3, 4 })).sum();
        var all = mean ? h.mean() * 4 : h.sum();
        var loss = expandedFirst ? all + weighted : weighted + all;
        float[] expected = [4, 6, 8, 10];
        Assert.Equal(expected, autograd.grad([loss], [x], retain_graph: true)[0].data<float>().ToArray());
        Assert.Equal([2f, 3, 4, 5], autograd.grad([loss], [h], retain_graph: true)[0].data<float>().ToArray());
        loss.backward();
        Assert.Equal(expected, x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Linear_ConstantWeights_LeaveTheInputFreeToChange()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 3).requires_grad_();
        var h = x * 2;
        var y = nn.functional.linear(h, ones(4, 3));
        h.add_(1);
        y.sum().backward();
        Assert.Equal([8f, 8, 8, 8, 8, 8], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void AViewTakenBeforeItsBaseGotAHistory_IsRefused()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        var y = zeros(2);
        var view = y.narrow(0, 0, 1);
        y.add_(x);
        Assert.Throws<NotSupportedException>(() => view * 2);
        using (no_grad())
            Assert.Equal(2, (view * 2).item<float>());
    }

    [Fact]
    public void Function_GradientOfANonDifferentiableOutput_IsZeros()
    {
        using var scope = NewDisposeScope();
        var x = ones(3).requires_grad_();
        ValueAndSign.Apply(x)[0].sum().backward();
        Assert.Equal([2f, 2, 2], x.grad!.data<float>().ToArray());
    }

    private sealed class ValueAndSign : autograd.MultiTensorFunction<ValueAndSign>
    {
        public override string Name => nameof(ValueAndSign);

        public static List<Tensor> Apply(Tensor x) => apply(x);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            var sign = x.sign();
            ctx.mark_non_differentiable([sign]);
            return [x * 2, sign];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs) =>
            [(grad_outputs[0] * 2) + grad_outputs[1]];
    }

    private sealed class Scaled : autograd.SingleTensorFunction<Scaled>
    {
        public override string Name => nameof(Scaled);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            ctx.save_for_backward([x]);
            ctx.save_data("factor", vars[1]);
            return x * (double)vars[1];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            [grad_output * ctx.get_saved_variables()[0] * 25 * (double)ctx.get_data("factor"), null!];
    }

    [Fact]
    public void Backward_GradientInAnArrayOfTheFunctions_IsCopied()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2).requires_grad_();
        (Buffered.apply(x) * 1).sum().backward();
        (Buffered.apply(x) * 2).sum().backward();
        Assert.Equal([9, 9], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Backward_WithinAPassOfTheSameGraph_ThrowsSayingSo()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        var whole = new Tensor[1];
        whole[0] = Reentrant.apply(x.exp(), whole).sum();
        var error = Assert.Throws<InvalidOperationException>(() => whole[0].backward());
        Assert.Contains("under way", error.Message);
    }

    private sealed class Buffered : autograd.SingleTensorFunction<Buffered>
    {
        private static readonly float[] Buffer = new float[2];

        public override string Name => nameof(Buffered);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => (Tensor)vars[0] * 3;

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            (grad_output * 3).data<float>().ToArray().CopyTo(Buffer, 0);
            return [from_array(Buffer)];
        }
    }

    private sealed class Reentrant : autograd.SingleTensorFunction<Reentrant>
    {
        public override string Name => nameof(Reentrant);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data("whole", vars[1]);
            return (Tensor)vars[0] * 1;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            ((Tensor[])ctx.get_data("whole"))[0].backward();
            return [grad_output, null!];
        }
    }

    private sealed class TwoParts : autograd.MultiTensorFunction<TwoParts>
    {
        public override string Name => nameof(TwoParts);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars) =>
            [((Tensor)vars[0])[0] * 2, ((Tensor)vars[0])[1] * 5];

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs) =>
            [stack([grad_outputs[0] * 2, grad_outputs[1] * 5])];
    }

    [Fact]
    public void Backward_KeptGradientOfAFunction_IsNotOverwritten()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { -1, 2, 3 }).requires_grad_();
        var y = x.relu();
        var z = y.sigmoid();
        y.retain_grad();
        z.retain_grad();
        (z * tensor(new float[] { 4, 5, 6 })).sum().backward();
        var slope = z.detach() * (1 - z.detach());
        Assert.Equal([4, 5, 6], z.grad!.data<float>().ToArray());
        Assert.True(y.grad!.allclose(z.grad! * slope));
        Assert.True(x.grad!.allclose(y.grad! * tensor(new float[] { 0, 1, 1 })));
    }
}
