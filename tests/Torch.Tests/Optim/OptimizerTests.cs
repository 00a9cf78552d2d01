using DynamosStream.Tests.NN;
using DynamosStream.Tests.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DynamosStream.Tests.Optim;

// Numbers: PyTorch 1.13, float32, three steps on f(p) = sum p^3 / 3 + sum i p_i from the values below, e.g.
//   p = torch.nn.Parameter(torch.tensor([1.,-2.,3.,0.5,-0.25,4.,-1.,2.,0.1])); o = torch.optim.SGD([p], 0.01, momentum=0.9)
//   for _ in range(3): o.zero_grad(); ((p**3).sum()/3 + (p*torch.arange(9.)).sum()).backward(); o.step()
[Collection(nameof(Alone))]
public sealed class OptimizerTests
{
    private static readonly float[] Start = [1, -2, 3, 0.5f, -0.25f, 4, -1, 2, 0.1f];

    [Fact]
    public void Sgd_AsPyTorch() => Check(
        p => optim.SGD([p], 0.01),
        [0.9705911f, -2.1562102f, 2.6888344f, 0.4034195f, -0.3725683f, 3.417021f, -1.2144781f, 1.6824424f, -0.1401401f]);

    [Fact]
    public void Sgd_Maximize_AsPyTorch() => Check(
        p => optim.SGD([p], 0.01, maximize: true),
        [1.030609f, -1.8557999f, 3.3508382f, 0.5985316f, -0.1286512f, 4.6841321f, -0.7939318f, 2.3440058f, 0.3411026f]);

    [Fact]
    public void Sgd_WeightDecay_AsPyTorch() => Check(
        p => optim.SGD([p], 0.01, weight_decay: 0.1),
        [0.9676822f, -2.1498089f, 2.6806579f, 0.4020312f, -0.371692f, 3.4064867f, -1.2112007f, 1.6769855f, -0.1401998f]);

    [Fact]
    public void Sgd_DampenedMomentum_AsPyTorch() => Check(
        p => optim.SGD([p], 0.01, momentum: 0.9, dampening: 0.3, weight_decay: 0.1),
        [0.9485781f, -2.2335951f, 2.485136f, 0.3446559f, -0.4419855f, 3.0368874f, -1.3314933f, 1.4827473f, -0.2797799f]);

    [Fact]
    public void Sgd_Nesterov_AsPyTorch() => Check(
        p => optim.SGD([p], 0.01, momentum: 0.9, nesterov: true),
        [0.9222155f, -2.4321475f, 2.1981447f, 0.2423831f, -0.5806577f, 2.5145411f, -1.5856305f, 1.1688774f, -0.5457138f]);

    [Fact]
    public void Adam_AsPyTorch() => Check(
        p => optim.Adam([p], 0.1),
        [0.7041539f, -2.3004653f, 2.7006705f, 0.2002794f, -0.5501439f, 3.7004356f, -1.300247f, 1.7004012f, -0.1999968f]);

    [Fact]
    public void Adam_WeightDecay_AsPyTorch() => Check(
        p => optim.Adam([p], 0.1, 0.8, 0.95, 1e-3, 0.1),
        [0.7054042f, -2.3008864f, 2.7010224f, 0.2005782f, -0.5501369f, 3.7006783f, -1.3003752f, 1.700651f, -0.1999382f]);

    [Fact]
    public void Adam_Maximize_AsPyTorch() => Check(
        p => optim.Adam([p], 0.1, maximize: true),
        [1.3002148f, -1.7010872f, 3.30038f, 0.8002784f, 0.0499197f, 4.3002949f, -0.7002875f, 2.3002889f, 0.4000434f]);

    [Fact]
    public void Step_OnAnyThreadCount_GivesTheSameBits()
    {
        using var scope = NewDisposeScope();
        var results = new List<float[]>();
        var before = get_num_threads();
        try
        {
            foreach (var threads in new[] { 1, 2, 3 })
            {
                set_num_threads(threads);
                var p = new Parameter(FiniteDifferences.Values([100_003]));
                using var optimizer = optim.SGD([p], 0.1, momentum: 0.9);
                (p * p * p).sum().backward();
                optimizer.step();
                optimizer.step();
                results.Add(p.data<float>().ToArray());
            }
        }
        finally
        {
            set_num_threads(before);
        }

        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void Step_TransposedParameter_UpdatesTheRightElements()
    {
        using var scope = NewDisposeScope();
        var p = new Parameter(zeros(3, 2).t());
        (p * tensor(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } })).sum().backward();
        using var optimizer = optim.Adam([p], 1);
        using var descent = optim.SGD([p], 1);
        descent.step();
        Expect.Close([-1, -2, -3, -4, -5, -6], p);
        optimizer.step();
        Expect.Close([-2, -3, -4, -5, -6, -7], p, 1e-5);
    }

    [Fact]
    public void ZeroGrad_ZeroesAndKeepsNull()
    {
        using var scope = NewDisposeScope();
        var (used, unused) = (new Parameter(ones(3)), new Parameter(ones(3)));
        using var optimizer = optim.SGD([used, unused], 0.1);
        used.sum().backward();
        optimizer.zero_grad();
        Expect.Close([0, 0, 0], used.grad);
        Assert.Null(unused.grad);
    }

    [Fact]
    public void Step_ZeroGradient_StillDecays()
    {
        using var scope = NewDisposeScope();
        var (zero, none) = (new Parameter(ones(1)), new Parameter(ones(1)));
        zero.grad = zeros(1);
        using var optimizer = optim.SGD([zero, none], 0.5, weight_decay: 0.5);
        optimizer.step();
        Expect.Close([0.75f], zero);
        Expect.Close([1], none);
    }

    [Fact]
    public void Step_Closure_RunsWithGradientsAndReturnsTheLoss()
    {
        using var scope = NewDisposeScope();
        var p = new Parameter(tensor(new float[] { 2 }));
        using var optimizer = optim.SGD([p], 0.25);
        using var mode = no_grad();
        var loss = optimizer.step(() =>
        {
            var value = (p * p).sum();
            value.backward();
            return value;
        });
        Expect.Close([4], loss);
        Expect.Close([1], p);
        Assert.Null(optimizer.step());
    }

    [Fact]
    public void Step_BetweenForwardAndBackward_IsNoticed()
    {
        using var scope = NewDisposeScope();
        var p = new Parameter(ones(2));
        p.grad = ones(2);
        var loss = (p * p).sum();
        using var optimizer = optim.SGD([p], 0.1);
        optimizer.step();
        var error = Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => loss.backward());
        Assert.Contains("modified by an inplace operation", error.Message);
    }

    [Fact]
    public void ParamGroups_HaveOptionsOfTheirOwn()
    {
        using var scope = NewDisposeScope();
        var (slow, fast) = (new Parameter(ones(1)), new Parameter(ones(1)));
        using var optimizer = optim.SGD(
            [new SGD.ParamGroup([slow], new SGD.Options { LearningRate = 0.1 }), new SGD.ParamGroup { Parameters = [fast] }], 0.5);
        (slow + fast).backward();
        optimizer.step();
        Expect.Close([0.9f], slow);
        Expect.Close([0.5f], fast);
        Assert.Equal([0.1, 0.5], optimizer.ParamGroups.Select(g => g.LearningRate));
        Assert.Equal([0.1, 0.5], optimizer.ParamGroups.Select(g => g.InitialLearningRate));
        foreach (var group in optimizer.ParamGroups)
        {
            group.LearningRate *= 2;
        }

        optimizer.step();
        Expect.Close([0.7f], slow);
        Expect.Close([-0.5f], fast);
    }

    [Fact]
    public void BadOptions_Throw()
    {
        using var p = new Parameter(ones(1));
        Assert.Throws<ArgumentException>(() => optim.SGD([p], -1));
        Assert.Throws<ArgumentException>(() => optim.SGD([p], 1, momentum: -1));
        Assert.Throws<ArgumentException>(() => optim.SGD([p], 1, nesterov: true));
        Assert.Throws<ArgumentException>(() => optim.SGD([p, p], 1));
        Assert.Throws<ArgumentException>(() => optim.Adam([p], beta1: 1));
        Assert.Throws<NotSupportedException>(() => optim.Adam([p], amsgrad: true));
    }

    private static void Check(Func<Parameter, optim.Optimizer> create, float[] expected)
    {
        using var scope = NewDisposeScope();
        var p = new Parameter(tensor(Start));
        var slopes = tensor(new float[] { 0, 1, 2, 3, 4, 5, 6, 7, 8 });
        using var optimizer = create(p);
        for (var step = 0; step < 3; step++)
        {
            optimizer.zero_grad();
            ((p * p * p).sum() * (1f / 3) + (p * slopes).sum()).backward();
            optimizer.step();
        }

        Expect.Close(expected, p);
    }
}
