using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

/// <summary>Two pieces of work at once, with the result of one after the other: for passes that share a network but no activations.</summary>
/// <remarks>
/// Gradients of the same leaf may be added from both, one from each where it had none: a sum of two does not depend on their order. What does
/// depend on it, the running statistics of BatchNorm, goes through <see cref="InOrder"/>; a branch may neither read those nor draw from a generator.
/// </remarks>
internal static class Branches
{
    /// <summary>What the second branch has to do in its turn; null outside of it.</summary>
    [ThreadStatic]
    private static List<Action>? _inTurn;

    /// <summary>Runs both; tensors that they made belong to the caller's dispose scope, and grad mode is the caller's.</summary>
    public static void Run(Action first, Action second)
    {
        var (enabled, inference, inTurn) = (GradMode.Enabled, GradMode.Inference, _inTurn);
        var made = new List<IDisposable>();
        var turn = new List<Action>();
        try
        {
            Workers.Fork(() => Branch(first, inTurn), () => Branch(second, turn));
            turn.ForEach(InOrder);
        }
        finally
        {
            DisposeScopeManager.Current?.Attach(made);
        }

        void Branch(Action work, List<Action>? changes)
        {
            using var mode = GradMode.Set(enabled, inference);
            using var outer = torch.NewDisposeScope(); // What the work moves to its outer scope stays here, on whichever thread.
            using var scope = torch.NewDisposeScope();
            var before = _inTurn;
            _inTurn = changes;
            try
            {
                work();
            }
            finally
            {
                _inTurn = before;
                foreach (var mine in (DisposeScope[])[scope, outer])
                {
                    var kept = mine.DisposablesView;
                    mine.Detach(kept);
                    lock (made)
                        made.AddRange(kept);
                }
            }
        }
    }

    /// <summary>Makes a change now, or, in a second branch, when the first has ended.</summary>
    public static void InOrder(Action change)
    {
        if (_inTurn is null)
            change();
        else
            _inTurn.Add(change);
    }
}
