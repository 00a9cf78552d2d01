using DynamosStream.Host.Results;

namespace DynamosStream.Host.Tests.Results;

public sealed class RunAnalysisTests
{
    [Fact]
    public void Create_Memory_IsCountedByClassAndAge()
    {
        var analysis = RunAnalysis.Create("run", 200, 3, [(0, 0), (0, 9), (0, 10), (2, 199)], gates: null);
        Assert.Equal([3, 0, 1], analysis.MemoryClasses!);
        Assert.Equal([20, 20, 20], analysis.MemoryAges!.Select(ages => ages.Length));
        Assert.Equal((2, 1), (analysis.MemoryAges![0][0], analysis.MemoryAges[0][1]));
        Assert.Equal(1, analysis.MemoryAges[2][19]);
        Assert.Equal(4, analysis.MemoryAges.Sum(ages => ages.Sum()));
    }

    [Fact]
    public void Create_NoMemory_SaysSo()
    {
        var analysis = RunAnalysis.Create("run", 200, 3, memory: null, gates: null);
        Assert.Null(analysis.MemoryClasses);
        Assert.Null(analysis.MemoryAges);
    }
}
