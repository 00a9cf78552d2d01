using TorchSharp;

namespace DynamosStream.Learner.Tests;

public sealed class ComputeDeviceTests
{
    [Fact]
    public void Resolve_Cpu_IsCpu() => Assert.Equal("cpu", ComputeDevice.Resolve("cpu"));

    [Fact]
    public void Resolve_Auto_IsCudaOnlyWhereThereIsOne() =>
        Assert.Equal(torch.cuda.is_available() ? "cuda:0" : "cpu", ComputeDevice.Resolve(ComputeDevice.Auto));

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:0:1")]
    [InlineData("CPU")]
    [InlineData("")]
    public void Resolve_NoDevice_NamesIt(string device)
    {
        var error = Assert.Throws<InvalidDataException>(() => ComputeDevice.Resolve(device));
        Assert.Equal($"device '{device}' is not known; expected auto, cpu, cuda or cuda:N.", error.Message);
    }

    [Fact]
    public void Resolve_CudaThatIsNotThere_SaysWhy()
    {
        var error = Assert.Throws<InvalidDataException>(() => ComputeDevice.Resolve("cuda:255"));
        Assert.StartsWith("device 'cuda:255' cannot be used: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(ComputeDevice.WhyNoCuda ?? "CUDA device", error.Message, StringComparison.Ordinal);
    }
}
