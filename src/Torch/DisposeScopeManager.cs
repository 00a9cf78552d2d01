namespace TorchSharp;

/// <summary>The current thread's stack of dispose scopes.</summary>
public static class DisposeScopeManager
{
    [ThreadStatic]
    private static DisposeScope? _current;

    [ThreadStatic]
    private static Stack<HashSet<IDisposable>>? _freeSets;

    internal static DisposeScope? Current => _current;

    internal static HashSet<IDisposable> Empty { get; } = [];

    internal static DisposeScope Open() => _current = new DisposeScope(_current);

    /// <summary>Closes a scope; one that is not the innermost leaves the stack without closing those inside it.</summary>
    internal static void Close(DisposeScope scope)
    {
        while (_current is not null && (ReferenceEquals(_current, scope) || _current.IsDisposed))
            _current = _current.Outer;
    }

    /// <summary>Sets are reused, so that opening a scope does not grow a new one each time.</summary>
    internal static HashSet<IDisposable> RentSet() =>
        _freeSets is { Count: > 0 } ? _freeSets.Pop() : new HashSet<IDisposable>(ReferenceEqualityComparer.Instance);

    internal static void ReturnSet(HashSet<IDisposable> set)
    {
        set.Clear();
        _freeSets ??= new Stack<HashSet<IDisposable>>();
        if (_freeSets.Count < 16)
            _freeSets.Push(set);
    }
}

public static partial class torch
{
    /// <summary>Opens a scope that owns every tensor created on this thread until it is disposed.</summary>
    public static DisposeScope NewDisposeScope() => DisposeScopeManager.Open();

    /// <summary>Evaluates in a scope of its own and lets only the result out.</summary>
    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using var scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }
}
