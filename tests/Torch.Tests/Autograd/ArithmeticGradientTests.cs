using static DynamosStream.Tests.FiniteDifferences;

namespace DynamosStream.Tests.Autograd;

public sealed class ArithmeticGradientTests
{
    [Fact]
    public void Add_Broadcast_MatchesFiniteDifferences() =>
        Check(x => x[0] + x[1], [Values([3, 4]), Values([4], seed: 2)]);

    [Fact]
    public void Mul_Broadcast_MatchesFiniteDifferences() =>
        Check(x => x[0].mul(x[1]), [Values([2, 3, 4]), Values([3, 1], seed: 2)]);

    [Fact]
    public void Mul_OfATensorWithItself_AddsBothGradients() => Check(x => x[0].mul(x[0]), [Values([5])]);

    [Fact]
    public void MulInPlace_BothNeedGradients_MatchesFiniteDifferences() =>
        Check(x => x[0].mul(2).mul_(x[1]).mul(x[0]), [Values([4]), Values([4], seed: 2)]);

    [Fact]
    public void Relu_AwayFromZero_MatchesFiniteDifferences() => Check(x => x[0].relu(), [Values([7], 0.1f, 1f) - 0.5f]);

    [Fact]
    public void Mean_OverDims_MatchesFiniteDifferences() => Check(x => x[0].mean([0, 2], true), [Values([2, 3, 4])]);
}
