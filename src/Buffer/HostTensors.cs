using TorchSharp;
using static TorchSharp.torch;

namespace DynamosStream.Buffer;

/// <summary>The way from the host to a device.</summary>
public static class HostTensors
{
    /// <summary>Takes a tensor of the host to a device without waiting for it; on a CPU it is that tensor.</summary>
    /// <remarks>
    /// A copy from the host's own memory waits until the device has done all that it was told before. One from pinned memory does not, and
    /// libtorch gives pinned memory to nobody else before the copies from it are done: here, it can be let go of at once.
    /// </remarks>
    /// <param name="values">On the host; taken over.</param>
    /// <param name="device">Where it is to go.</param>
    public static Tensor Onto(this Tensor values, Device device)
    {
        if (device.type == DeviceType.CPU)
            return values;
        using (values)
        using (var pinned = values.pin_memory())
            return pinned.to(device, non_blocking: true);
    }
}
