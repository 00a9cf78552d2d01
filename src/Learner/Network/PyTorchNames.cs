namespace DynamosStream.Learner;

/// <summary>The names that the authors' PyTorch network gives to the same parameters and buffers.</summary>
public static class PyTorchNames
{
    // That network registers some modules twice; a state under its names holds their tensors under both.
    private static readonly (string Ours, string Theirs, bool Twice)[] Table =
    [
        ("conv1.", "_features.0.", true),
        ("bn1.", "_features.1.", true),
        ("layer1.", "_features.3.", false),
        ("layer2.", "_features.4.", false),
        ("linear.", "classifier.", true),
    ];

    /// <summary>The weights and BatchNorm statistics in a learner's state, under PyTorch's names.</summary>
    /// <param name="learner">What <see cref="IOnlineLearner.Save"/> put; not changed. The arrays are shared.</param>
    public static StateArrays WeightsOf(StateArrays learner)
    {
        var weights = new StateArrays();
        foreach (var (name, array) in learner.Under("network").All)
        {
            weights.Put(Of(name), array);
            if (RowOf(name).Twice)
                weights.Put(name, array);
        }

        return weights;
    }

    /// <summary>The PyTorch name of one of <see cref="DynamosNetwork"/>'s parameters or buffers.</summary>
    internal static string Of(string name)
    {
        var (ours, theirs, _) = RowOf(name);
        return (theirs + name[ours.Length..]).Replace(".gate1.", ".gate1.channel_net.").Replace(".gate2.", ".gate2.channel_net.");
    }

    /// <summary>Copies into <paramref name="network"/> every parameter and buffer from a state under PyTorch's names.</summary>
    /// <param name="network">The network to fill.</param>
    /// <param name="state">May hold more than is needed; not changed.</param>
    /// <exception cref="InvalidDataException">An array is missing or of another type or shape; names it.</exception>
    internal static void Load(DynamosNetwork network, StateArrays state)
    {
        try
        {
            NetworkState.Load(network, state.Copy(), Of);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"The initial weights do not fit the network. {e.Message}", e);
        }
    }

    private static (string Ours, string Theirs, bool Twice) RowOf(string name) =>
        Table.First(row => name.StartsWith(row.Ours, StringComparison.Ordinal));
}
