namespace TorchSharp.Kernels;

/// <summary>A vector of floats. Kernels are written once over it and compiled for each width, see <see cref="KernelSet"/>.</summary>
internal unsafe interface ISimd<T>
    where T : unmanaged, ISimd<T>
{
    /// <summary>Floats in one vector: 4, 8 or 16.</summary>
    static abstract int Count { get; }

    static abstract T Load(float* from);

    static abstract T Broadcast(float value);

    static abstract T operator +(T left, T right);

    static abstract T operator -(T left, T right);

    static abstract T operator *(T left, T right);

    /// <summary>left * right + addend, rounded once where the machine can.</summary>
    static abstract T MultiplyAdd(T left, T right, T addend);

    /// <summary>result[i] = value[lanes[i]]; lanes are 0 to Count - 1.</summary>
    static abstract T Shuffle(T value, int* lanes);

    /// <summary>0 where the value is below 0; NaN stays NaN, as PyTorch has it.</summary>
    static abstract T Relu(T value);

    void Store(float* to);
}
