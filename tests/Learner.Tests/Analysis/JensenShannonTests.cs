namespace DynamosStream.Learner.Tests.Analysis;

public sealed class JensenShannonTests
{
    /// <summary>scipy.spatial.distance.jensenshannon(a, b, 2) ** 2, SciPy 1.10.</summary>
    [Theory]
    [InlineData(new[] { 0.2, 0.3, 0.5 }, new[] { 0.5, 0.1, 0.4 }, 0.08966794918265263)]
    [InlineData(new[] { 1.0, 0, 3 }, new[] { 2.0, 5, 1 }, 0.49114315937023173)]
    [InlineData(new[] { 1.0, 0 }, new[] { 0.0, 2 }, 1)]
    [InlineData(new[] { 2.0, 4 }, new[] { 1.0, 2 }, 0)]
    [InlineData(new[] { 0.0, 0 }, new[] { 1.0, 2 }, 1)]
    [InlineData(new[] { 0.0, 0 }, new[] { 0.0, 0 }, 0)]
    public void Divergence_Rates_IsSciPys(double[] a, double[] b, double expected)
    {
        Assert.Equal(expected, JensenShannon.Divergence(a, b), 1e-12);
        Assert.Equal(expected, JensenShannon.Divergence(b, a), 1e-12);
    }

    [Fact]
    public void Divergence_NegativeOrUnequalLengths_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => JensenShannon.Divergence([1, -1], [1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => JensenShannon.Divergence([1, double.NaN], [1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => JensenShannon.Divergence([1], [1, 1]));
    }

    [Fact]
    public void Matrix_Rows_IsSymmetricWithZeroDiagonal()
    {
        var matrix = JensenShannon.Matrix([[1, 2, 3], [3, 2, 1], [0, 0, 1]]);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(0, matrix[i][i]);
            for (var j = 0; j < i; j++)
            {
                Assert.Equal(matrix[i][j], matrix[j][i]);
                Assert.InRange(matrix[i][j], 0.01, 1);
            }
        }
    }
}
