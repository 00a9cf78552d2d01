using DynamosStream.Tests;

namespace DynamosStream.Streams.Tests;

/// <summary>MNIST-360 on the real files: the contract, and the structure of the protocol.</summary>
public class Mnist360Tests : SampleStreamContract
{
    private static readonly int[] Counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851];

    [Fact]
    public void Description_RealFiles_IsThatOfThePaper() =>
        Assert.Equal(new StreamDescription("mnist-360", new SampleShape(1, 28, 28), 9, 54_051, Endless: false), Open(1).Description);

    [Fact]
    public void Read_WholePass_ServesEachImageOnce()
    {
        var images = new RecordingImages(MnistImages.ReadTraining(Folder, 9));
        Assert.Equal(54_051, new Rotating360Stream("test", images, images, endless: false).Read().Count());
        Assert.Equal(54_051, images.Served.Distinct().Count());
        Assert.Equal(Counts, Enumerable.Range(0, 9).Select(label => images.Served.Count(image => image.Label == label)));
    }

    [Fact]
    public void Read_WholePass_GoesThroughThePairsOfThreeRoundsInSixPortions()
    {
        var labels = Open(1).Read().Select(sample => sample.Label).ToArray();
        var start = 0;
        for (var pair = 0; pair < 27; pair++)
        {
            int first = pair % 9, second = (pair + 1) % 9, round = pair / 9;

            // Class 0 opens a round with its first pair and ends it with its second; every other class is second, then first.
            var size0 = PortionSize(Counts[first], (2 * round) + (first == 0 ? 0 : 1));
            var size1 = PortionSize(Counts[second], (2 * round) + (second == 0 ? 1 : 0));
            var served = labels[start..(start + size0 + size1)];
            Assert.Equal(size0, served.Count(label => label == first));
            Assert.Equal(size1, served.Count(label => label == second));
            start += served.Length;
        }

        Assert.Equal(labels.Length, start);
    }

    [Fact]
    public void Read_FirstPair_LaysOutBatchesInProportion()
    {
        // Portions of 988 zeros and 1,124 ones: 16 * 988 / 2112 = 7.48 gives 7 zeros, then nines of ones; later batches keep the share.
        var labels = Open(1).Read().Take(2112).Select(sample => sample.Label).ToArray();
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1], labels[..16]);
        Assert.All(labels.Chunk(16), batch => Assert.InRange(batch.Count(label => label == 0), 7, 8));
        Assert.All(labels.Chunk(16), batch => Assert.Equal(batch.Order(), batch));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(2_112)]
    [InlineData(30_000)]
    [InlineData(54_050)]
    public void Read_AnySample_IsTurnedByItsNumberInItsClass(int position)
    {
        var images = new RecordingImages(MnistImages.ReadTraining(Folder, 9));
        var samples = new Rotating360Stream("test", images, images, endless: false).Read().Take(position + 1).ToArray();
        var (label, index) = images.Served[position];
        var turn = samples[..position].Count(sample => sample.Label == label);
        AssertRotated(images, label, index, ((label - 1) * 60) + (turn * 360.0 / Counts[label]), samples[position]);
    }

    [Fact]
    public void Read_EachClass_IsServedInShuffledOrder()
    {
        var stored = new RecordingImages(MnistImages.ReadTraining(Folder, 9).Shuffled(1));
        var plain = MnistImages.ReadTraining(Folder, 9);
        var order = Enumerable.Range(0, Counts[3]).Select(i => Key(stored, 3, i)).ToArray();
        var original = Enumerable.Range(0, Counts[3]).Select(i => Key(plain, 3, i)).ToArray();
        Assert.NotEqual(original, order);
        Assert.Equal(original.Order(), order.Order());
    }

    [Fact]
    public void ReadHeldOut_RealFiles_TurnsEachClassThroughOneRevolution()
    {
        var test = MnistImages.ReadTest(Folder, 9);
        var samples = Open(1).ReadHeldOut().ToArray();
        Assert.Equal(8_991, samples.Length);
        var ofClass4 = samples.Where(sample => sample.Label == 4).ToArray();
        Assert.Equal(982, ofClass4.Length);
        foreach (var index in new[] { 0, 1, 300, 981 })
            AssertRotated(test, 4, index, index * 360.0 / 982, ofClass4[index]);
    }

    protected override ISampleStream Open(ulong seed) => SampleStreams.Open("mnist-360", seed, Folder);

    private static string Folder => SharedFolder.Require("data/mnist");

    private static int PortionSize(int count, int appearance) =>
        appearance < 5 ? (count / 6) + 1 : count - (5 * ((count / 6) + 1));

    private static string Key(IClassImages images, int label, int index)
    {
        var pixels = new byte[784];
        images.CopyTo(label, index, pixels);
        return Convert.ToHexString(pixels);
    }

    private static void AssertRotated(IClassImages images, int label, long index, double degrees, Sample sample)
    {
        byte[] pixels = new byte[784], expected = new byte[784];
        images.CopyTo(label, index, pixels);
        ImageRotation.Rotate(pixels, expected, 28, 28, degrees);
        Assert.Equal(label, sample.Label);
        Assert.Equal(expected.Select(value => value / 255f), sample.Features.ToArray());
    }
}
