using DynamosStream.Buffer;
using static TorchSharp.torch;

namespace DynamosStream.Tests;

public sealed class HostTensorsTests
{
    [Fact]
    public void Onto_Cpu_IsTheTensorItself()
    {
        using var values = tensor(new float[] { 1, 2 });
        Assert.Same(values, values.Onto(CPU));
        Assert.Equal([1, 2], values.data<float>().ToArray());
    }
}
