using System.Buffers.Binary;

namespace DynamosStream.Streams;

/// <summary>A real numeric array of a MATLAB 5 file, read element by element in the file's order: the first index runs fastest.</summary>
internal sealed class MatArray
{
    private readonly Stream _content;
    private readonly string _path;
    private readonly MatType _stored;
    private readonly byte[] _element;

    /// <param name="path">The file, for errors.</param>
    /// <param name="name">The array's name.</param>
    /// <param name="dimensions">Its sizes.</param>
    /// <param name="stored">How its elements are stored.</param>
    /// <param name="content">Stands at the first element.</param>
    internal MatArray(string path, string name, IReadOnlyList<int> dimensions, MatType stored, Stream content)
    {
        (_path, Name, Dimensions, _stored, _content) = (path, name, dimensions, stored, content);
        _element = new byte[stored.Size()];
    }

    public string Name { get; }

    public IReadOnlyList<int> Dimensions { get; }

    /// <summary>Number of elements.</summary>
    public long Count => Dimensions.Aggregate(1L, (product, size) => product * size);

    /// <summary>Reads the next elements, which must be whole numbers from 0 to 255 however they are stored.</summary>
    public void Read(Span<byte> values)
    {
        if (_stored == MatType.UInt8)
        {
            MatFile.Fill(_content, values, _path);
            return;
        }

        foreach (ref var value in values)
        {
            MatFile.Fill(_content, _element, _path);
            var number = Number();
            if (!(number >= 0 && number <= 255 && number == Math.Floor(number)))
                throw new InvalidDataException($"Array '{Name}' in '{_path}' holds {number}; expected whole numbers from 0 to 255.");
            value = (byte)number;
        }
    }

    private double Number() => _stored switch
    {
        MatType.Int8 => (sbyte)_element[0],
        MatType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(_element),
        MatType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(_element),
        MatType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(_element),
        MatType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(_element),
        MatType.Single => BinaryPrimitives.ReadSingleLittleEndian(_element),
        MatType.Double => BinaryPrimitives.ReadDoubleLittleEndian(_element),
        MatType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(_element),
        MatType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(_element),
        _ => throw new InvalidOperationException($"{_stored} is not a number."),
    };
}
