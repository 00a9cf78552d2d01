namespace TorchSharp;

/// <summary>One-element tensors as numbers, converting from whatever element type they have.</summary>
public static class TensorExtensionMethods
{
    public static float ToSingle(this Tensor value) => Scalar(value).Float;

    public static double ToDouble(this Tensor value) => Scalar(value).Double;

    public static sbyte ToSByte(this Tensor value) => (sbyte)Scalar(value).Integer;

    public static byte ToByte(this Tensor value) => (byte)Scalar(value).Integer;

    public static short ToInt16(this Tensor value) => (short)Scalar(value).Integer;

    public static int ToInt32(this Tensor value) => (int)Scalar(value).Integer;

    public static long ToInt64(this Tensor value) => Scalar(value).Integer;

    public static bool ToBoolean(this Tensor value) => Scalar(value).Double != 0;

    /// <summary>Product of the sizes.</summary>
    public static long TotalSize(this IEnumerable<long> shape) => Shape.Count(shape.ToArray());

    private static Scalar Scalar(Tensor value) => value.ToScalar();
}
