namespace DynamosStream.Streams.Tests;

public sealed class CifarImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ReadTraining_FiveFiles_AreReadInOrder()
    {
        for (var part = 1; part <= 5; part++)
            _folder.Write($"data_batch_{part}.bin", [.. Record(3, (byte)part), .. Record((byte)(part + 4), (byte)(10 * part))]);
        var images = CifarImages.ReadTraining(_folder.Path);
        Assert.Equal([0, 0, 0, 5, 0, 1, 1, 1, 1, 1], Enumerable.Range(0, 10).Select(images.Count));
        var pixels = new byte[3072];
        images.CopyTo(3, 1, pixels);
        Assert.Equal(Record(3, 2)[1..], pixels);
        images.CopyTo(9, 0, pixels);
        Assert.Equal(Record(9, 50)[1..], pixels);
    }

    [Fact]
    public void ReadTest_CutRecordOrWrongLabel_IsRefused()
    {
        _folder.Write("test_batch.bin", Record(1, 1)[..^1]);
        Assert.Contains("has 3072 bytes; expected whole records of 3073", Assert.Throws<InvalidDataException>(() => CifarImages.ReadTest(_folder.Path)).Message);
        _folder.Write("test_batch.bin", [.. Record(1, 1), .. Record(10, 1)]);
        Assert.Contains("Record 1", Assert.Throws<InvalidDataException>(() => CifarImages.ReadTest(_folder.Path)).Message);
    }

    [Fact]
    public void ReadTest_NoFile_NamesIt() =>
        Assert.Contains("test_batch.bin", Assert.Throws<FileNotFoundException>(() => CifarImages.ReadTest(_folder.Path)).Message);

    /// <summary>Planes of the values red, red + 1, red + 2, the first pixel of each 0.</summary>
    private static byte[] Record(byte label, byte red) =>
        [label, .. Enumerable.Range(0, 3072).Select(i => (byte)(i % 1024 == 0 ? 0 : red + (i / 1024)))];
}
