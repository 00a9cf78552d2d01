using DynamosStream.Learner;
using DynamosStream.Streams;
using TorchSharp;

namespace DynamosStream.Tests.Learners;

public sealed class RandomShiftTests
{
    private const int Channels = 2, Height = 14, Width = 28, Pixels = Channels * Height * Width;

    [Fact]
    public void Of_ManyImages_EachIsShiftedAsAWholeAndEveryShiftOccurs()
    {
        const int Images = 600;
        using var scope = torch.NewDisposeScope();
        float[] image = [.. Enumerable.Range(1, Pixels).Select(value => (float)value)];
        var images = torch.tensor([.. Enumerable.Range(0, Images).SelectMany(_ => image)], [Images, Channels, Height, Width]);

        var shifted = RandomShift.Of(images, 0.08, new CounterRandom(1, RandomPurpose.ReplayShift, 7));

        Assert.Equal(images.shape, shifted.shape);
        var seen = shifted.data<float>().ToArray().Chunk(Pixels).Select(found => ShiftOf(image, found)).ToArray();

        // 0.08 of 14 and of 28: one and two whole pixels.
        var all = from down in Enumerable.Range(-1, 3) from right in Enumerable.Range(-2, 5) select (down, right);
        Assert.Equal(all, seen.Distinct().Order());
        Assert.Equal(Images, seen.Length);
    }

    [Fact]
    public void Of_SameRandomNumbers_SameShifts()
    {
        using var scope = torch.NewDisposeScope();
        var images = torch.arange(0, 8 * Pixels).to(torch.float32).view(8, Channels, Height, Width);

        float[] Shifted(ulong sequence) => RandomShift.Of(images, 0.5, new CounterRandom(1, RandomPurpose.ReplayShift, sequence)).data<float>().ToArray();

        Assert.Equal(Shifted(3), Shifted(3));
        Assert.NotEqual(Shifted(3), Shifted(4));
    }

    /// <summary>By how much an image was shifted: found by trying all, pixel by pixel.</summary>
    private static (int Down, int Right) ShiftOf(float[] image, float[] found)
    {
        var fitting =
            from down in Enumerable.Range(-Height, (2 * Height) + 1)
            from right in Enumerable.Range(-Width, (2 * Width) + 1)
            where Shifted(image, down, right).SequenceEqual(found)
            select (down, right);
        return Assert.Single(fitting);
    }

    private static float[] Shifted(float[] image, int down, int right)
    {
        var result = new float[Pixels];
        for (var c = 0; c < Channels; c++)
        {
            for (var y = Math.Max(0, down); y < Math.Min(Height, Height + down); y++)
            {
                for (var x = Math.Max(0, right); x < Math.Min(Width, Width + right); x++)
                    result[(((c * Height) + y) * Width) + x] = image[(((c * Height) + y - down) * Width) + x - right];
            }
        }

        return result;
    }
}
