namespace TorchSharp;

/// <summary>Kinds of device; the engine computes on the CPU only.</summary>
public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
}

public static partial class torch
{
    /// <summary>Where a tensor lives: always the CPU in this engine.</summary>
    public class Device
    {
        /// <param name="description"><c>cpu</c>; <c>cuda</c> and <c>cuda:N</c> can be named, but no tensor can be made there.</param>
        public Device(string description)
        {
            var parts = description.Split(':');
            type = parts[0].ToLowerInvariant() switch
            {
                "cpu" => DeviceType.CPU,
                "cuda" => DeviceType.CUDA,
                _ => throw new ArgumentException($"Unknown device '{description}'; expected cpu or cuda."),
            };
            var number = -1;
            if (parts.Length > 2 || (parts.Length == 2 && !int.TryParse(parts[1], out number)))
                throw new ArgumentException($"Unknown device '{description}'; expected a form like cuda:0.");
            index = type == DeviceType.CPU ? -1 : Math.Max(number, 0);
        }

        public Device(string deviceType, int index = -1)
            : this(index < 0 ? deviceType : $"{deviceType}:{index}")
        {
        }

        public Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = deviceType == DeviceType.CPU ? -1 : Math.Max(index, 0);
        }

        public Device(int index)
            : this(DeviceType.CUDA, index)
        {
        }

        public DeviceType type { get; private set; }

        public int index { get; private set; }

        public static implicit operator Device(string description) => new(description);

        public override string ToString() => type == DeviceType.CPU ? "cpu" : $"cuda:{index}";
    }

    public static readonly Device CPU = new(DeviceType.CPU);

    /// <summary>Always throws: this engine has no CUDA device.</summary>
    public static Device CUDA => RequireCpu(new Device(DeviceType.CUDA));

    public static Device device(string description) => RequireCpu(new Device(description));

    public static Device device(string deviceType, int index = -1) => RequireCpu(new Device(deviceType, index));

    public static Device device(DeviceType deviceType, int index = -1) => RequireCpu(new Device(deviceType, index));

    public static Device device(int index) => RequireCpu(new Device(index));

    public static Device get_default_device() => CPU;

    /// <summary>Questions about CUDA; the answer is always that there is none.</summary>
    public static class cuda
    {
        public static bool is_available() => false;

        public static bool is_cudnn_available() => false;

        public static int device_count() => 0;

        /// <summary>Does nothing: there is no CUDA generator to seed, as on any machine without CUDA.</summary>
        public static void manual_seed(long seed)
        {
        }

        /// <summary>Does nothing: there is no CUDA generator to seed, as on any machine without CUDA.</summary>
        public static void manual_seed_all(long seed)
        {
        }
    }

    internal static Device RequireCpu(Device? device) =>
        device is null || device.type == DeviceType.CPU
            ? CPU
            : throw new InvalidOperationException($"Device '{device}' is not available: this engine computes on the CPU only.");
}
