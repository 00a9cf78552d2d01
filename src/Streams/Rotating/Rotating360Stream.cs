namespace DynamosStream.Streams;

/// <summary>The MNIST-360 protocol (Buzzega et al. 2020) over any grey images: class pairs in turn, each class slowly rotating.</summary>
/// <remarks>
/// Class j starts at (j - 1) * 60 degrees and turns by 360 / n_j counter-clockwise per image served. The samples come in the order
/// of the protocol's batches (<see cref="Rotating360Layout"/>); no boundary between pairs is shown. An endless stream goes on with
/// new images of the same layout, the rotation going on too.
/// </remarks>
internal sealed class Rotating360Stream : ISampleStream
{
    private const int BatchSize = 16;

    private static readonly float[] Intensity = [.. Enumerable.Range(0, 256).Select(value => value / 255f)];

    private readonly IClassImages _images;
    private readonly IClassImages _heldOut;
    private readonly Rotating360Layout.Slot[] _pass;
    private readonly int[] _turnsPerPass;

    /// <param name="name">The stream's name.</param>
    /// <param name="images">Images to serve; without end where <paramref name="endless"/>.</param>
    /// <param name="heldOut">Images of the test set.</param>
    /// <param name="endless">Whether reading goes on after one pass.</param>
    public Rotating360Stream(string name, IClassImages images, IClassImages heldOut, bool endless)
    {
        _images = images;
        _heldOut = heldOut;
        _pass = Rotating360Layout.Build([.. Enumerable.Range(0, images.Classes).Select(images.Count)], BatchSize);
        _turnsPerPass = [.. Enumerable.Range(0, images.Classes).Select(label => _pass.Count(slot => slot.Label == label))];
        Description = new StreamDescription(name, images.Shape, images.Classes, _pass.Length, endless);
    }

    public StreamDescription Description { get; }

    public IEnumerable<Sample> Read(long fromPosition = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromPosition);
        return ReadFrom(fromPosition);
    }

    public IEnumerable<Sample> ReadHeldOut()
    {
        var position = 0L;
        for (var label = 0; label < _heldOut.Classes; label++)
        {
            for (var image = 0; image < _heldOut.Count(label); image++)
                yield return Rotated(_heldOut, position++, label, image, image * (360.0 / _heldOut.Count(label)));
        }
    }

    private IEnumerable<Sample> ReadFrom(long fromPosition)
    {
        for (var position = fromPosition; Description.Endless || position < _pass.Length; position++)
        {
            var (pass, offset) = Math.DivRem(position, _pass.Length);
            var (label, image, turn) = _pass[offset];
            yield return Rotated(
                _images, position, label, (pass * _images.Count(label)) + image, Angle(label, (pass * _turnsPerPass[label]) + turn));
        }
    }

    private double Angle(int label, long turn) => ((turn * (360.0 / _images.Count(label))) + ((label - 1) * 60)) % 360;

    private static Sample Rotated(IClassImages images, long position, int label, long image, double degrees)
    {
        var shape = images.Shape;
        Span<byte> pixels = stackalloc byte[shape.Length];
        Span<byte> rotated = stackalloc byte[shape.Length];
        images.CopyTo(label, image, pixels);
        ImageRotation.Rotate(pixels, rotated, shape.Height, shape.Width, degrees);

        var features = new float[shape.Length];
        for (var i = 0; i < features.Length; i++)
            features[i] = Intensity[rotated[i]];
        return new Sample(position, features, label);
    }
}
