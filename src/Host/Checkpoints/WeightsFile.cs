using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Checkpoints;

/// <summary>A safetensors file with a network's weights and BatchNorm statistics under PyTorch's names.</summary>
internal static class WeightsFile
{
    /// <summary>Reads what <see cref="Write"/> or another program wrote.</summary>
    /// <exception cref="InvalidDataException">It is no safetensors file, or holds other types than F32, F64, I64 and U8.</exception>
    public static StateArrays Read(string path, IFiles files)
    {
        try
        {
            using var file = files.OpenRead(path);
            using var reader = new SafeTensorsReader(file);
            return reader.ReadArrays(requireSeal: false);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"--init '{path}' is not a safetensors file of weights: {e.Message}.", e);
        }
    }

    /// <summary>Writes the weights in a checkpoint.</summary>
    public static void Write(string path, Checkpoint checkpoint, IFiles files)
    {
        using var file = files.Open(path, FileMode.CreateNew);
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        SafeTensorsWriter.Write(file, metadata, PyTorchNames.WeightsOf(checkpoint.Arrays.Under(Checkpointer.LearnerPart)), withSeal: false);
        files.FlushToDisk(file);
    }
}
