using System.Text;

namespace DynamosStream.Bench;

/// <summary>Random images of 28 x 28 bytes as the service takes them: made before the clock runs.</summary>
internal sealed class Images
{
    public const int Pixels = 784;
    public const int BatchSize = 256;

    /// <summary>Requests of one image without a label.</summary>
    public byte[][] Unlabelled { get; }

    /// <summary>Requests of <see cref="BatchSize"/> labelled images, one a line.</summary>
    public byte[][] Batches { get; }

    public Images(int count, int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[Pixels];
        var texts = new string[count];
        for (var i = 0; i < count; i++)
        {
            random.NextBytes(bytes);
            texts[i] = $"\"bytes\":\"{Convert.ToBase64String(bytes)}\"";
        }

        Unlabelled = [.. texts.Select(text => Encoding.ASCII.GetBytes($"{{{text}}}"))];
        Batches = [.. texts.Chunk(BatchSize).Select(batch => Encoding.ASCII.GetBytes(string.Concat(batch.Select(text => $"{{\"label\":{random.Next(10)},{text}}}\n"))))];
    }
}
