namespace DynamosStream.Streams;

/// <summary>One of MNIST's four files.</summary>
/// <param name="Name">File name without the ending .gz.</param>
/// <param name="Md5">MD5 of the uncompressed content, in lower-case hexadecimal digits.</param>
internal sealed record MnistFile(string Name, string Md5)
{
    public static readonly MnistFile TrainImages = new("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb");
    public static readonly MnistFile TrainLabels = new("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624");
    public static readonly MnistFile TestImages = new("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea");
    public static readonly MnistFile TestLabels = new("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637");

    public static readonly IReadOnlyList<MnistFile> All = [TrainImages, TrainLabels, TestImages, TestLabels];

    /// <summary>The name under which the file is downloaded and stored.</summary>
    public string ZippedName => Name + ".gz";

    /// <summary>Path of the file in the folder, gzipped or plain (gzipped where both are there).</summary>
    /// <exception cref="FileNotFoundException">Neither is there.</exception>
    public string Find(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (File.Exists(path + ".gz"))
            return path + ".gz";
        if (File.Exists(path))
            return path;
        throw new FileNotFoundException(
            $"MNIST file '{path}.gz' (or without .gz) not found. 'dynamos data fetch mnist' downloads it; " +
            $"--data-dir or {MnistFolder.EnvironmentVariable} name a folder that holds the four files.");
    }
}
