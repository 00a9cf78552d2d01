using System.Runtime.InteropServices;
using static DynamosStream.Tests.FiniteDifferences;
using static TorchSharp.torch;

namespace DynamosStream.Tests.Tensors;

public sealed class MatMulTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(6, 16, 8)]
    [InlineData(7, 17, 300)]
    [InlineData(100, 33, 513)]
    [InlineData(5, 3, 0)]
    public void Mm_AnySizesAndStrides_EqualsTheTripleLoop(int m, int n, int k)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Values([m, k]), Values([k, n], seed: 2));
        var expected = Reference(a.data<float>().ToArray(), b.data<float>().ToArray(), m, n, k);
        foreach (var left in new[] { a, a.t().contiguous().t() })
        {
            foreach (var right in new[] { b, b.t().contiguous().t() })
                Assert.Equal(expected, left.mm(right).data<float>().ToArray(), (x, y) => Math.Abs(x - y) < 1e-4);
        }
    }

    [Fact]
    public void Matmul_BroadcastBatches_HasTheShapeAndValuesOfEachPair()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Values([2, 1, 3, 4]), Values([5, 4, 2], seed: 2));
        var product = a.matmul(b);
        Assert.Equal([2, 5, 3, 2], product.shape);
        var pair = a.select(0, 1).select(0, 0).mm(b.select(0, 3));
        Assert.Equal(pair.data<float>().ToArray(), product.select(0, 1).select(0, 3).data<float>().ToArray());
    }

    [Fact]
    public void Matmul_VectorForms_GiveTheRightShapes()
    {
        using var scope = NewDisposeScope();
        var (vector, matrix) = (Values([4]), Values([4, 3]));
        Assert.Equal([], vector.matmul(vector).shape);
        Assert.Equal([3], vector.matmul(matrix).shape);
        Assert.Equal([3], matrix.t().matmul(vector).shape);
        Assert.Equal([2, 5, 3], Values([2, 5, 4]).matmul(matrix).shape);
    }

    [Fact]
    public void Mm_ShapesThatDoNotFit_Throws()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ExternalException>(() => zeros(2, 3).mm(zeros(2, 3)));
        Assert.Contains("cannot be multiplied ([2, 3] and [2, 3])", error.Message);
    }

    [Fact]
    public void Mm_Gradient_MatchesFiniteDifferences() => Check(x => x[0].mm(x[1]), [Values([3, 4]), Values([4, 2], seed: 2)]);

    [Fact]
    public void Matmul_BatchedGradient_MatchesFiniteDifferences() =>
        Check(x => x[0].matmul(x[1]), [Values([2, 3, 4]), Values([2, 4, 2], seed: 2)]);

    [Fact]
    public void Addmm_Gradient_MatchesFiniteDifferences() =>
        Check(x => x[0].addmm(x[1], x[2], 0.5f, 2), [Values([2]), Values([3, 4]), Values([4, 2], seed: 2)]);

    private static float[] Reference(float[] a, float[] b, int m, int n, int k)
    {
        var c = new float[m * n];
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var sum = 0.0;
                for (var p = 0; p < k; p++)
                    sum += (double)a[(i * k) + p] * b[(p * n) + j];
                c[(i * n) + j] = (float)sum;
            }
        }

        return c;
    }
}
