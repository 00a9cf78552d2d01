using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DynamosStream.Tests.NN;

public sealed class ModuleTests
{
    [Fact]
    public void RegisterComponents_FieldsOfAllKinds_AreNamedAsTheFields()
    {
        using var net = new Outer();
        Assert.Equal(["scale", "inner.w", "inner.b"], net.named_parameters().Select(p => p.name));
        Assert.Equal(["table", "inner.counter"], net.named_buffers().Select(b => b.name));
        Assert.Equal(["inner", "shared"], net.named_children().Select(c => c.name));
        Assert.Equal(["scale"], net.named_parameters(recurse: false).Select(p => p.name));
        Assert.Equal(["table"], net.named_buffers(recurse: false).Select(b => b.name));
        Assert.Equal(3, net.parameters().Count());
        Assert.Equal(["scale", "table", "inner.w", "inner.b", "inner.counter", "shared.w", "shared.b", "shared.counter"], net.state_dict().Keys);
    }

    [Fact]
    public void GetParameterAndBuffer_DottedNames_AreFoundOrNull()
    {
        using var net = new Outer();
        Assert.Same(net.inner.w, net.get_parameter("inner.w"));
        Assert.Same(net.inner.counter, net.get_buffer("inner.counter"));
        Assert.True(net.has_parameter("shared.b"));
        Assert.False(net.has_parameter("inner.none"));
        Assert.False(net.has_buffer("none.counter"));
        Assert.Null(net.get_parameter("table"));
    }

    [Fact]
    public void Register_ATakenName_Throws()
    {
        using var net = new Outer();
        using var one = ones(1);
        Assert.Throws<InvalidOperationException>(() => net.register_buffer("table", one));
        Assert.Throws<InvalidOperationException>(() => net.register_parameter("scale", net.scale));
        Assert.Throws<InvalidOperationException>(() => net.register_module("inner", net.inner));
        Assert.Throws<ArgumentException>(() => net.register_module("a.b", net.inner));
        Assert.Throws<ArgumentException>(() => net.register_module("", net.inner));
        Assert.Throws<ArgumentNullException>(() => net.register_buffer("none", null!));
    }

    [Fact]
    public void RegisterBuffer_NotPersistent_IsNotEnumeratedButDisposed()
    {
        var net = new Outer();
        var cache = ones(2).DetachFromDisposeScope();
        net.register_buffer("cache", cache, persistent: false);
        Assert.DoesNotContain("cache", net.state_dict().Keys);
        Assert.DoesNotContain("cache", net.named_buffers().Select(b => b.name));
        Assert.Same(cache, net.get_buffer("cache"));
        net.Dispose();
        Assert.True(cache.IsInvalid);
    }

    [Fact]
    public void TrainAndEval_ReachAllSubmodules()
    {
        using var net = new Outer();
        Assert.True(net.inner.training);
        net.eval();
        Assert.False(net.training);
        Assert.False(net.inner.training);
        net.train();
        Assert.True(net.inner.training);
    }

    [Fact]
    public void Apply_CallsChildrenFirst()
    {
        using var net = new Outer();
        var names = new List<string>();
        Assert.Same(net, net.apply(m => names.Add(m.GetName())));
        Assert.Equal(["Inner", "Inner", "Outer"], names);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ZeroGrad_DropsOrZeroes(bool setToNone)
    {
        using var net = new Outer();
        using var x = ones(3);
        net.call(x).sum().backward();
        net.zero_grad(setToNone);
        if (setToNone)
        {
            Assert.Null(net.inner.w.grad);
        }
        else
        {
            Expect.Close([0, 0, 0], net.inner.w.grad);
        }
    }

    [Fact]
    public void StateDict_RoundTrip_CopiesValues()
    {
        using var scope = NewDisposeScope();
        using var from = new Outer();
        using var to = new Outer();
        using (no_grad())
        {
            from.inner.w.fill_(7);
            from.table.fill_(3);
        }

        var (missing, unexpected) = to.load_state_dict(from.state_dict());
        Assert.Empty(missing);
        Assert.Empty(unexpected);
        Expect.Close([7, 7, 7], to.inner.w);
        Expect.Close([3, 3], to.table);
        Assert.True(to.inner.w.requires_grad);
        Assert.True(to.inner.w.is_leaf);
        Assert.Same(to.inner.w, to.state_dict()["inner.w"]);
    }

    [Fact]
    public void StateDict_Prefix_ComesBeforeEachName()
    {
        using var net = new Inner();
        Assert.Equal(["net.w", "net.b", "net.counter"], net.state_dict(prefix: "net").Keys);
    }

    [Fact]
    public void LoadStateDict_OtherNames_ThrowsOrReports()
    {
        using var scope = NewDisposeScope();
        using var net = new Inner();
        var source = new Dictionary<string, Tensor> { ["w"] = ones(3) * 5, ["extra"] = ones(1) };
        var error = Assert.Throws<InvalidOperationException>(() => net.load_state_dict(source));
        Assert.Contains("missing [b, counter], unexpected [extra]", error.Message);
        var (missing, unexpected) = net.load_state_dict(source, strict: false, skip: ["counter"]);
        Assert.Equal(["b"], missing);
        Assert.Equal(["extra"], unexpected);
        Expect.Close([5, 5, 5], net.w);
    }

    [Fact]
    public void LoadStateDict_OtherShape_NamesTheTensorAndCopiesNothing()
    {
        using var scope = NewDisposeScope();
        using var net = new Inner();
        var source = net.state_dict().ToDictionary(e => e.Key, e => e.Value.detach().clone().fill_(9));
        source["counter"] = ones(1);
        var error = Assert.Throws<ExternalException>(() => net.load_state_dict(source));
        Assert.Contains("'counter' has shape [1], expected []", error.Message);
        Expect.Close([1, 1, 1], net.w);
    }

    [Fact]
    public void Dispose_DisposesEverythingRegistered()
    {
        var net = new Outer();
        var tensors = net.state_dict().Values.ToList();
        net.Dispose();
        net.Dispose();
        Assert.All(tensors, t => Assert.True(t.IsInvalid));
    }

    [Fact]
    public void Parameter_TakesTheTensorOver()
    {
        using var data = ones(3);
        using var p = new Parameter(data);
        Assert.True(data.IsInvalid);
        Assert.True(p.requires_grad);
        Assert.True(p.is_leaf);
        Assert.False(new Parameter(ones(1), requires_grad: false).requires_grad);
        Assert.Throws<ArgumentException>(() => new Parameter(p * 2));
    }

    [Fact]
    public void Parameter_BelongsToTheScopeOfItsTensor()
    {
        Parameter inScope, detached, outer;
        using (var outerScope = NewDisposeScope())
        {
            var data = ones(1);
            using (NewDisposeScope())
            {
                inScope = new Parameter(ones(1));
                detached = new Parameter(ones(1).DetachFromDisposeScope());
                outer = new Parameter(data);
            }

            Assert.True(inScope.IsInvalid);
            Assert.False(outer.IsInvalid);
        }

        Assert.True(outer.IsInvalid);
        Assert.False(detached.IsInvalid);
        detached.Dispose();
    }

    [Fact]
    public void To_CpuAndFloat32_GivesTheModule()
    {
        using var net = new Inner();
        using var like = ones(1);
        Inner same = net.to(CPU).to(float32).to("cpu").to(like).to(DeviceType.CPU).cpu().@float();
        Assert.Same(net, same);
        Assert.Throws<ArgumentException>(() => net.to(int64));
        Assert.Throws<InvalidOperationException>(() => net.to(DeviceType.CUDA));
    }

    private sealed class Inner : Module<Tensor, Tensor>
    {
        public readonly Parameter w = new(ones(3).DetachFromDisposeScope());
        public readonly Parameter b = new(zeros(3).DetachFromDisposeScope());
        public readonly Tensor counter = tensor(0L).DetachFromDisposeScope();

        public Inner()
            : base(nameof(Inner)) => RegisterComponents();

        public override Tensor forward(Tensor input) => (input * w) + b;
    }

    private sealed class Outer : Module<Tensor, Tensor>
    {
        public readonly Parameter scale = new(ones(1).DetachFromDisposeScope());
        public readonly Inner inner = new();
        public readonly Module shared;
        public readonly Tensor table = zeros(2).DetachFromDisposeScope();
        public readonly Module? none = null;

        public Outer()
            : base(nameof(Outer))
        {
            shared = inner;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => inner.call(input) * scale;
    }
}
