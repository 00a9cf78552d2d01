using DynamosStream.Buffer;
using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>The memory as state arrays: how many items were offered, and the filled slots in order.</summary>
internal static class ReservoirState
{
    public static void Save(ReservoirBuffer memory, StateArrays state)
    {
        state.Put("offered", [memory.Offered]);
        if (memory.Slots is not { } slots)
            return;
        using var scope = NewDisposeScope();
        state.Put("images", Filled(slots.Images));
        state.Put("labels", Filled(slots.Labels));
        state.Put("sequences", memory.Sequences.ToArray(), memory.Count);
        state.Put("logits", Filled(slots.Logits));
        if (slots.Attention is not null)
            state.Put("attention", Filled(slots.Attention));

        Tensor Filled(Tensor rows) => rows.narrow(0, 0, memory.Count);
    }

    /// <param name="memory">Empty.</param>
    /// <param name="state">What <see cref="Save"/> put.</param>
    /// <param name="options">Shape and classes of the items.</param>
    /// <param name="gatedChannels">Length of an attention vector; 0 for a network without gates.</param>
    /// <exception cref="InvalidDataException">An array is missing or does not fit.</exception>
    public static void Load(ReservoirBuffer memory, StateArrays state, LearnerOptions options, int gatedChannels)
    {
        using var scope = NewDisposeScope();
        var offered = state.TakeCount("offered");
        if (offered == 0)
            return;
        var (rows, shape) = (Math.Min(offered, memory.Capacity), options.Shape);
        var labels = state.Take<long>("labels", rows);
        if (labels.Any(label => label < 0 || label >= options.Classes))
            throw new InvalidDataException($"The memory holds a label outside 0 to {options.Classes - 1}.");

        var home = device(options.Device);
        var filled = new ReservoirItems(
            Floats("images", rows, shape.Channels, shape.Height, shape.Width),
            tensor(labels, device: home),
            Floats("logits", rows, options.Classes),
            gatedChannels == 0 ? null : Floats("attention", rows, gatedChannels));
        memory.Restore(offered, filled, state.Take<long>("sequences", rows));

        Tensor Floats(string name, params long[] size) => state.TakeTensor(name, ScalarType.Float32, size).to(home);
    }
}
