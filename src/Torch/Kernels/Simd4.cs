using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>Four floats: the portable width, which every .NET platform runs.</summary>
internal readonly unsafe struct Simd4(Vector128<float> value) : ISimd<Simd4>
{
    private readonly Vector128<float> _value = value;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd4 Load(float* from) => new(Vector128.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd4 Broadcast(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd4 operator +(Simd4 left, Simd4 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd4 operator -(Simd4 left, Simd4 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd4 operator *(Simd4 left, Simd4 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd4 MultiplyAdd(Simd4 left, Simd4 right, Simd4 addend) =>
        new(Vector128.MultiplyAddEstimate(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd4 Shuffle(Simd4 value, int* lanes) => new(Vector128.ShuffleNative(value._value, Vector128.Load(lanes)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd4 Relu(Simd4 value) =>
        new(Vector128.MaxNative(Vector128<float>.Zero, value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* to) => _value.Store(to);
}
