namespace DynamosStream.Streams;

/// <summary>Types of data elements in a MATLAB 5 file.</summary>
internal enum MatType
{
    Int8 = 1,
    UInt8 = 2,
    Int16 = 3,
    UInt16 = 4,
    Int32 = 5,
    UInt32 = 6,
    Single = 7,
    Double = 9,
    Int64 = 12,
    UInt64 = 13,
    Matrix = 14,
    Compressed = 15,
}

internal static class MatTypes
{
    /// <summary>Bytes of one number; 0 for what is not a number.</summary>
    public static int Size(this MatType type) => type switch
    {
        MatType.Int8 or MatType.UInt8 => 1,
        MatType.Int16 or MatType.UInt16 => 2,
        MatType.Int32 or MatType.UInt32 or MatType.Single => 4,
        MatType.Int64 or MatType.UInt64 or MatType.Double => 8,
        _ => 0,
    };
}
