using System.Runtime.InteropServices;

namespace DynamosStream.Learner;

/// <summary>Numbers of one type, in row-major order.</summary>
public sealed class StateArray
{
    private const int PieceBytes = 1 << 20;

    private readonly Array _values;

    /// <param name="values">Floats, doubles, longs or bytes; not copied.</param>
    /// <param name="shape">Its dimensions; none for a single number.</param>
    /// <exception cref="ArgumentException">The shape holds another number of values.</exception>
    public StateArray(Array values, params ReadOnlySpan<long> shape)
    {
        (DType, ItemBytes) = values switch
        {
            float[] => ("F32", sizeof(float)),
            double[] => ("F64", sizeof(double)),
            long[] => ("I64", sizeof(long)),
            byte[] => ("U8", sizeof(byte)),
            _ => throw new ArgumentException($"An array of {values.GetType()}; expected float, double, long or byte.", nameof(values)),
        };
        _values = values;
        Shape = shape.ToArray();
        if (Shape.Aggregate(1L, (product, dimension) => checked(product * dimension)) != values.LongLength)
            throw new ArgumentException($"{values.LongLength} values in shape {ShapeText}.", nameof(shape));
    }

    /// <summary>Type of the numbers, as safetensors spells it: F32, F64, I64 or U8.</summary>
    public string DType { get; }

    /// <summary>Bytes of one number.</summary>
    public int ItemBytes { get; }

    /// <summary>The dimensions; none for a single number.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Bytes of all numbers.</summary>
    public long ByteCount => _values.LongLength * ItemBytes;

    /// <summary>The numbers' bytes, little-endian, in pieces: an array may hold more than one span can.</summary>
    public int Pieces => (int)((ByteCount + PieceBytes - 1) / PieceBytes);

    internal string ShapeText => $"[{string.Join(", ", Shape)}]";

    /// <summary>An array of zeros.</summary>
    /// <param name="dtype">F32, F64, I64 or U8.</param>
    /// <param name="shape">Its dimensions, at most <see cref="Array.MaxLength"/> numbers in all.</param>
    public static StateArray Zeros(string dtype, params ReadOnlySpan<long> shape)
    {
        var count = 1L;
        foreach (var dimension in shape)
            count = checked(count * dimension);
        return new StateArray(
            dtype switch
            {
                "F32" => new float[count],
                "F64" => new double[count],
                "I64" => new long[count],
                "U8" => new byte[count],
                _ => throw new ArgumentException($"Type {dtype}; expected F32, F64, I64 or U8.", nameof(dtype)),
            },
            shape);
    }

    /// <summary>One piece of the bytes, in place: writing to it changes the array.</summary>
    /// <param name="piece">From 0 to <see cref="Pieces"/> - 1.</param>
    public Span<byte> Piece(int piece) => _values switch
    {
        float[] values => MemoryMarshal.AsBytes(Part(values, piece)),
        double[] values => MemoryMarshal.AsBytes(Part(values, piece)),
        long[] values => MemoryMarshal.AsBytes(Part(values, piece)),
        _ => Part((byte[])_values, piece),
    };

    public T[]? Values<T>() => _values as T[];

    private Span<T> Part<T>(T[] values, int piece)
    {
        var items = PieceBytes / ItemBytes;
        var start = piece * (long)items;
        return values.AsSpan((int)start, (int)Math.Min(items, values.LongLength - start));
    }
}
