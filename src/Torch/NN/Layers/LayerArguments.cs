namespace TorchSharp.Modules;

/// <summary>Checks of the arguments that all layers with parameters take.</summary>
internal static class LayerArguments
{
    /// <summary>Layers are made on the CPU, in float32.</summary>
    public static void RequireCpuFloat32(Device? device, ScalarType? dtype)
    {
        if (device is not null && device.type != DeviceType.CPU)
        {
            throw new InvalidOperationException($"{device.type} is not available.");
        }

        if (dtype is not (null or ScalarType.Float32))
        {
            throw new NotSupportedException($"A layer of type {dtype} was asked for; layers are Float32.");
        }
    }

    public static void RequirePositive(long value, string argument)
    {
        if (value <= 0)
        {
            throw new ArgumentOutOfRangeException(argument, value, "Expected a positive number.");
        }
    }

    /// <summary>Draws a bias as PyTorch does: uniform within 1 / sqrt(fan in) of the weight.</summary>
    public static void InitializeBias(Tensor bias, Tensor weight)
    {
        var (fanIn, _) = nn.init.CalculateFanInAndFanOut(weight);
        if (fanIn > 0)
        {
            var bound = 1 / Math.Sqrt(fanIn);
            nn.init.uniform_(bias, -bound, bound);
        }
    }
}
