namespace DynamosStream.Streams;

/// <summary>Images grouped by class, each class numbered from 0. Safe to read from several threads at once.</summary>
internal interface IClassImages
{
    /// <summary>Shape of every image.</summary>
    SampleShape Shape { get; }

    /// <summary>Number of classes.</summary>
    int Classes { get; }

    /// <summary>Images of class <paramref name="label"/> in one pass.</summary>
    int Count(int label);

    /// <summary>Writes the pixels of one image, channel by channel, row-major, 0 to 255.</summary>
    /// <param name="label">Class, below <see cref="Classes"/>.</param>
    /// <param name="index">Number in the class, below <see cref="Count"/>, or any number of at least 0 where images have no end.</param>
    /// <param name="pixels">Receives the pixels.</param>
    void CopyTo(int label, long index, Span<byte> pixels);
}
