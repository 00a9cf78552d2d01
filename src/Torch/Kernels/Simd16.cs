using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>Sixteen floats: AVX-512.</summary>
internal readonly unsafe struct Simd16(Vector512<float> value) : ISimd<Simd16>
{
    private readonly Vector512<float> _value = value;

    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd16 Load(float* from) => new(Vector512.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd16 Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd16 operator +(Simd16 left, Simd16 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd16 operator -(Simd16 left, Simd16 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd16 operator *(Simd16 left, Simd16 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd16 MultiplyAdd(Simd16 left, Simd16 right, Simd16 addend) =>
        new(Vector512.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd16 Shuffle(Simd16 value, int* lanes) => new(Vector512.ShuffleNative(value._value, Vector512.Load(lanes)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd16 Relu(Simd16 value) =>
        new(Vector512.MaxNative(Vector512<float>.Zero, value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* to) => _value.Store(to);
}
