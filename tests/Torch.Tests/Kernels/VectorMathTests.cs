using System.Runtime.Intrinsics;
using TorchSharp.Kernels;

namespace DynamosStream.Tests.Kernels;

public sealed class VectorMathTests
{
    [Fact]
    public void Exp_WholeRange_IsWithinTwoUlps()
    {
        var random = new Random(1);
        for (var i = 0; i < 200_000; i++)
        {
            var x = (random.NextSingle() * 190) - 101;
            var exact = Math.Exp(x);
            var rounded = (float)exact;
            var ulp = MathF.BitIncrement(rounded) - (double)rounded;
            var actual = VectorMath.Exp(Vector256.Create(x))[i % 8];
            Assert.True(float.IsInfinity(rounded) ? float.IsInfinity(actual) : Math.Abs(actual - exact) <= 2 * ulp, $"exp({x}) = {actual}, exactly {exact}.");
        }
    }

    [Fact]
    public void Exp_SpecialArguments_AreExact()
    {
        float Exp(float x) => VectorMath.Exp(Vector256.Create(x))[0];
        Assert.Equal(1, Exp(0));
        Assert.Equal(0, Exp(float.NegativeInfinity));
        Assert.Equal(float.PositiveInfinity, Exp(float.PositiveInfinity));
        Assert.Equal(float.NaN, Exp(float.NaN));
    }

    [Fact]
    public void Log_WholeRange_IsWithinTwoUlps()
    {
        var random = new Random(2);
        for (var i = 0; i < 200_000; i++)
        {
            var x = MathF.Exp((random.NextSingle() * 160) - 80);
            var exact = Math.Log(x);
            var ulp = MathF.BitIncrement(MathF.Abs((float)exact)) - (double)MathF.Abs((float)exact);
            Assert.True(Math.Abs(default(LogOp).Invoke(x) - exact) <= 2 * ulp, $"log({x}) = {default(LogOp).Invoke(x)}, exactly {exact}.");
        }
    }
}
