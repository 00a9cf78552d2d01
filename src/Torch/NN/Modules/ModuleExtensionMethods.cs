namespace TorchSharp;

/// <summary>Moves of modules between devices and types. There is one of each here, so they check and return the module.</summary>
public static class ModuleExtensionMethods
{
    /// <summary>Returns the module, whose tensors are on the CPU already.</summary>
    public static T cpu<T>(this T module)
        where T : torch.nn.Module => module;

    /// <summary>Returns the module, whose parameters are float32 already.</summary>
    public static T @float<T>(this T module)
        where T : torch.nn.Module => module;

    /// <summary>Returns the module.</summary>
    /// <exception cref="ArgumentException"><paramref name="type"/> is not a floating point type.</exception>
    public static T to<T>(this T module, torch.ScalarType type)
        where T : torch.nn.Module
    {
        if (type != torch.ScalarType.Float32)
        {
            throw new ArgumentException($"nn.Module.to only accepts floating point or complex types, but got desired dtype={type}", nameof(type));
        }

        return module;
    }

    /// <summary>Returns the module.</summary>
    /// <exception cref="ArgumentException"><paramref name="type"/> is not a floating point type.</exception>
    public static T to<T>(this T module, torch.Device device, torch.ScalarType type)
        where T : torch.nn.Module => module.to(type).to(device);

    /// <summary>Returns the module.</summary>
    /// <exception cref="InvalidOperationException">The device is not the CPU.</exception>
    public static T to<T>(this T module, DeviceType deviceType)
        where T : torch.nn.Module
    {
        if (deviceType != DeviceType.CPU)
        {
            throw new InvalidOperationException($"{deviceType} is not available.");
        }

        return module;
    }

    /// <summary>Returns the module.</summary>
    /// <exception cref="InvalidOperationException">The device is not the CPU.</exception>
    public static T to<T>(this T module, torch.Device device)
        where T : torch.nn.Module => module.to(device.type);

    /// <summary>Returns the module.</summary>
    /// <exception cref="InvalidOperationException">The device is not the CPU.</exception>
    public static T to<T>(this T module, string device)
        where T : torch.nn.Module => module.to(torch.device(device));

    /// <summary>Returns the module.</summary>
    /// <exception cref="ArgumentException">The template is not of a floating point type.</exception>
    public static T to<T>(this T module, torch.Tensor other)
        where T : torch.nn.Module => module.to(other.device, other.dtype);
}
