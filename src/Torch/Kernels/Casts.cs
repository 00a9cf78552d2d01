using System.Numerics;

namespace TorchSharp.Kernels;

/// <summary>Copies between tensors of any two element types.</summary>
internal static class Casts
{
    public static void Run(ScalarType from, ScalarType to, ReadOnlySpan<long> shape, Operand output, Operand input)
    {
        switch (from)
        {
            case ScalarType.Float32:
                From<float>(to, shape, output, input);
                break;
            case ScalarType.Int64:
                From<long>(to, shape, output, input);
                break;
            case ScalarType.Int32:
                From<int>(to, shape, output, input);
                break;
            default:
                From<byte>(to, shape, output, input);
                break;
        }
    }

    private static void From<T>(ScalarType to, ReadOnlySpan<long> shape, Operand output, Operand input)
        where T : unmanaged, INumber<T>
    {
        switch (to)
        {
            case ScalarType.Float32:
                TensorLoop.Run(new CastKernel<T, float>(), shape, output, input);
                break;
            case ScalarType.Int64:
                TensorLoop.Run(new CastKernel<T, long>(), shape, output, input);
                break;
            case ScalarType.Int32:
                TensorLoop.Run(new CastKernel<T, int>(), shape, output, input);
                break;
            default:
                if (typeof(T) == typeof(byte))
                    TensorLoop.Run(new CastKernel<byte, byte>(), shape, output, input);
                else
                    TensorLoop.Run(new CastToBoolKernel<T>(), shape, output, input);
                break;
        }
    }
}
