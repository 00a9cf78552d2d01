using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>The names that the authors' PyTorch network gives to the same parameters and buffers.</summary>
internal static class PyTorchNames
{
    private static readonly (string Ours, string Theirs)[] Table =
    [
        ("conv1.", "_features.0."),
        ("bn1.", "_features.1."),
        ("layer1.", "_features.3."),
        ("layer2.", "_features.4."),
        ("linear.", "classifier."),
    ];

    /// <summary>The PyTorch name of one of <see cref="DynamosNetwork"/>'s parameters or buffers.</summary>
    public static string Of(string name)
    {
        var (ours, theirs) = Table.First(row => name.StartsWith(row.Ours, StringComparison.Ordinal));
        return (theirs + name[ours.Length..]).Replace(".gate1.", ".gate1.channel_net.").Replace(".gate2.", ".gate2.channel_net.");
    }

    /// <summary>Copies into <paramref name="network"/> every parameter and buffer from a state under PyTorch's names.</summary>
    /// <param name="network">The network to fill.</param>
    /// <param name="state">May hold more than is needed: that state repeats some tensors under other names.</param>
    /// <exception cref="ArgumentException">A tensor is missing or of another shape; names it.</exception>
    public static void Load(DynamosNetwork network, IReadOnlyDictionary<string, Tensor> state)
    {
        var found = new Dictionary<string, Tensor>();
        foreach (var (name, target) in network.state_dict())
        {
            var theirs = Of(name);
            if (!state.TryGetValue(theirs, out var source))
                throw new ArgumentException($"The state lacks '{theirs}'.", nameof(state));
            if (!source.shape.SequenceEqual(target.shape))
            {
                throw new ArgumentException(
                    $"'{theirs}' has shape [{string.Join(", ", source.shape)}], expected [{string.Join(", ", target.shape)}].", nameof(state));
            }

            found.Add(name, source);
        }

        network.load_state_dict(found);
    }
}
