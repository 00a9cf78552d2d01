namespace TorchSharp;

/// <summary>Disposes the tensors created on its thread while it is the innermost scope, unless they were moved out.</summary>
public sealed class DisposeScope : IDisposable
{
    private readonly DisposeScope? _outer;
    private HashSet<IDisposable> _items;
    private bool _disposed;

    internal DisposeScope(DisposeScope? outer)
    {
        _outer = outer;
        _items = DisposeScopeManager.RentSet();
    }

    internal DisposeScope? Outer => _outer;

    internal bool IsDisposed => _disposed;

    /// <summary>What the scope would dispose now.</summary>
    public IReadOnlyList<IDisposable> DisposablesView => [.. _items];

    public int DisposablesCount => _items.Count;

    public bool Contains(IDisposable disposable) => _items.Contains(disposable);

    /// <summary>To the enclosing scope, or out of all scopes where there is none.</summary>
    public T MoveToOuter<T>(T disposable)
        where T : IDisposable => MoveToOther(_outer, disposable);

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable
        where T2 : IDisposable => (MoveToOuter(first), MoveToOuter(second));

    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable
        where T2 : IDisposable
        where T3 : IDisposable => (MoveToOuter(first), MoveToOuter(second), MoveToOuter(third));

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOther(_outer, disposables);

    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(_outer, disposables);

    public T MoveToOther<T>(DisposeScope? scope, T disposable)
        where T : IDisposable
    {
        if (_items.Remove(disposable))
        {
            SetOwner(disposable, null);
            scope?.Attach(disposable);
        }

        return disposable;
    }

    public void MoveToOther(DisposeScope? scope, params IDisposable[] disposables) =>
        MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables)
            MoveToOther<IDisposable>(scope, disposable);
    }

    /// <summary>Out of all scopes: from now on its holder disposes it.</summary>
    public T Detach<T>(T disposable)
        where T : IDisposable => MoveToOther(null, disposable);

    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable
        where T2 : IDisposable => (Detach(first), Detach(second));

    public (T1 first, T2 second, T3 third) Detach<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable
        where T2 : IDisposable
        where T3 : IDisposable => (Detach(first), Detach(second), Detach(third));

    public void Detach(params IDisposable[] disposables) => MoveToOther(null, disposables);

    public void Detach(IEnumerable<IDisposable> disposables) => MoveToOther(null, disposables);

    /// <summary>Into this scope, out of the one it was in.</summary>
    public void Attach(IDisposable disposable)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (disposable is Tensor tensor)
        {
            tensor.Scope?._items.Remove(tensor);
            tensor.Scope = this;
        }

        _items.Add(disposable);
    }

    public void Attach(params IDisposable[] disposables) => Attach((IEnumerable<IDisposable>)disposables);

    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        IDisposable[] list = [.. disposables];
        foreach (var disposable in list)
            Attach(disposable);
        return list;
    }

    public void DisposeEverything() => DisposeEverythingBut([]);

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var keep = new HashSet<IDisposable>(inKeep, ReferenceEqualityComparer.Instance);
        foreach (var disposable in _items.Where(item => !keep.Contains(item)).ToArray())
        {
            _items.Remove(disposable);
            DisposeItem(disposable);
        }
    }

    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    public T DisposeEverythingBut<T>(T keep)
        where T : IDisposable
    {
        DisposeEverythingBut([keep]);
        return keep;
    }

    /// <summary>Disposes what the scope still holds and makes the enclosing scope the current one.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        DisposeScopeManager.Close(this);
        foreach (var disposable in _items)
            DisposeItem(disposable);
        DisposeScopeManager.ReturnSet(_items);
        _items = DisposeScopeManager.Empty;
    }

    /// <summary>Forgets an object that was disposed by hand.</summary>
    public void MarkAsDisposed(IDisposable disposable)
    {
        _items.Remove(disposable);
        SetOwner(disposable, null);
    }

    private static void DisposeItem(IDisposable disposable)
    {
        SetOwner(disposable, null);
        disposable.Dispose();
    }

    private static void SetOwner(IDisposable disposable, DisposeScope? scope)
    {
        if (disposable is Tensor tensor)
            tensor.Scope = scope;
    }
}
