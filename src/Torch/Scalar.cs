namespace TorchSharp;

/// <summary>A number of any element type, as an operand.</summary>
public sealed class Scalar : IDisposable
{
    private readonly double _real;
    private readonly long _integer;

    private Scalar(double value)
    {
        Type = ScalarType.Float32;
        _real = value;
        _integer = (long)value;
    }

    private Scalar(long value, ScalarType type)
    {
        Type = type;
        _real = value;
        _integer = value;
    }

    /// <summary>Float32, Int64 or Bool: what the number was given as, whatever its width.</summary>
    public ScalarType Type { get; }

    internal float Float => (float)_real;

    internal double Double => _real;

    internal long Integer => _integer;

    public static implicit operator Scalar(byte value) => new(value, ScalarType.Int64);

    public static implicit operator Scalar(sbyte value) => new(value, ScalarType.Int64);

    public static implicit operator Scalar(short value) => new(value, ScalarType.Int64);

    public static implicit operator Scalar(int value) => new(value, ScalarType.Int64);

    public static implicit operator Scalar(long value) => new(value, ScalarType.Int64);

    public static implicit operator Scalar(float value) => new(value);

    public static implicit operator Scalar(double value) => new(value);

    public static implicit operator Scalar(bool value) => new(value ? 1 : 0, ScalarType.Bool);

    /// <summary>Nothing to free; there because TorchSharp's scalars are disposable.</summary>
    public void Dispose()
    {
    }

    public override string ToString() => Type switch
    {
        ScalarType.Bool => _integer != 0 ? "True" : "False",
        ScalarType.Int64 => _integer.ToString(),
        _ => _real.ToString(),
    };
}

/// <summary>Numbers as scalars.</summary>
public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => value;

    public static Scalar ToScalar(this sbyte value) => value;

    public static Scalar ToScalar(this short value) => value;

    public static Scalar ToScalar(this int value) => value;

    public static Scalar ToScalar(this long value) => value;

    public static Scalar ToScalar(this float value) => value;

    public static Scalar ToScalar(this double value) => value;
}
