using DynamosStream.Host.Doctor;

namespace DynamosStream.Host.Tests.Doctor;

public sealed class MachineChecksTests
{
    [Fact]
    public void All_ThisMachine_LooksAtEachThingOnce() =>
        Assert.Equal(["cores", "vectors", "engine", "CUDA", ".NET", "memory"], MachineChecks.All().Select(finding => finding.Subject));

    [Theory]
    [InlineData(16, "AVX-512")]
    [InlineData(8, "AVX2")]
    [InlineData(null, "libtorch")]
    public void Vectors_Wide_AreNamed(int? floats, string name)
    {
        var finding = MachineChecks.Vectors(floats);
        Assert.Equal((Health.Good, null), (finding.Health, finding.Remedy));
        Assert.Contains(name, finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Vectors_Narrow_AreSlow()
    {
        var finding = MachineChecks.Vectors(4);
        Assert.Equal(Health.Note, finding.Health);
        Assert.Contains("slow", finding.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100L << 20, Health.Bad, "100 MiB")]
    [InlineData(8L << 30, Health.Good, "8,192 MiB")]
    public void Memory_TooLittle_IsToBeRaised(long bytes, object health, string text)
    {
        var finding = MachineChecks.Memory(bytes);
        Assert.Equal(health, finding.Health);
        Assert.Equal(text, finding.Text);
        Assert.Equal(finding.Health == Health.Bad, finding.Remedy is not null);
    }

    [Fact]
    public void Cuda_NotUsed_SaysWhy() => Assert.Equal("not used: it rains", MachineChecks.Cuda("it rains").Text);
}
