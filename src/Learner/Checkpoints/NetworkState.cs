using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>A network's parameters and buffers as state arrays, under the names that its modules give them.</summary>
internal static class NetworkState
{
    public static void Save(DynamosNetwork network, StateArrays state)
    {
        foreach (var (name, value) in network.state_dict())
            state.Put(name, value);
    }

    /// <exception cref="InvalidDataException">An array is missing or of another type or shape; nothing was copied.</exception>
    public static void Load(DynamosNetwork network, StateArrays state) => Load(network, state, name => name);

    /// <summary>Takes the parameters and buffers from a state that knows them by other names.</summary>
    public static void Load(DynamosNetwork network, StateArrays state, Func<string, string> nameOf)
    {
        using var scope = NewDisposeScope();
        var values = network.state_dict().ToDictionary(
            entry => entry.Key, entry => state.TakeTensor(nameOf(entry.Key), entry.Value.dtype, entry.Value.shape));
        network.load_state_dict(values);
    }
}
