using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Tests;

public sealed class LearnerOptionsTests
{
    private static readonly LearnerOptions Valid = new()
    {
        Shape = new SampleShape(1, 28, 28),
        Classes = 9,
        HyperParameters = HyperParameterPresets.For("mnist-360", 500),
    };

    public static TheoryData<string, Func<LearnerOptions, LearnerOptions>> OutOfRange() => new()
    {
        { "Shape", o => o with { Shape = new SampleShape(2, 28, 28) } },
        { "Shape", o => o with { Shape = new SampleShape(1, 3, 28) } },
        { "Classes", o => o with { Classes = 1 } },
        { "BufferSize", o => o with { BufferSize = 0 } },
        { "BaseFilters", o => o with { BaseFilters = 12 } },
        { "Epochs", o => o with { HyperParameters = HyperParameterPresets.For("seq-svhn", 500) } },
        { "KeepRatio", o => o with { HyperParameters = o.HyperParameters with { KeepRatio = 2 } } },
    };

    [Theory]
    [MemberData(nameof(OutOfRange), DisableDiscoveryEnumeration = true)]
    public void Create_OutOfRange_NamesTheOption(string name, Func<LearnerOptions, LearnerOptions> change)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => OnlineLearners.Create("sgd", change(Valid)));
        Assert.Equal(name, error.ParamName);
    }

    [Fact]
    public void Create_UnknownName_ListsTheKnownOnes()
    {
        var error = Assert.Throws<ArgumentException>(() => OnlineLearners.Create("lwf", Valid));
        Assert.Contains("'lwf'", error.Message);
        Assert.Contains("sgd, er, der, derpp, dynamos", error.Message);
    }
}
