using System.Runtime.CompilerServices;

namespace TorchSharp.Modules;

/// <summary>Applies modules one after the other.</summary>
public class Sequential : nn.Module<Tensor, Tensor>
{
    private readonly List<(string Name, nn.IModule<Tensor, Tensor> Module)> _steps = [];

    /// <summary>For derived modules: the steps with their names.</summary>
    protected internal Sequential(params (string name, nn.Module<Tensor, Tensor> submodule)[] modules)
        : base(nameof(Sequential))
    {
        foreach (var (name, module) in modules)
        {
            append(name, module);
        }
    }

    /// <summary>For derived modules: the steps, named by their position.</summary>
    protected internal Sequential(params nn.Module<Tensor, Tensor>[] modules)
        : base(nameof(Sequential))
    {
        foreach (var module in modules)
        {
            append(module);
        }
    }

    /// <summary>The number of steps.</summary>
    public int Count => _steps.Count;

    /// <summary>The step at this position.</summary>
    [IndexerName("SequentialItems")]
    public nn.IModule<Tensor, Tensor> this[int index] => _steps[index].Module;

    /// <summary>The steps of a range, in a Sequential of their own.</summary>
    [IndexerName("SequentialItems")]
    public Sequential this[Range index]
    {
        get
        {
            var (start, length) = index.GetOffsetAndLength(Count);
            var result = new Sequential(Array.Empty<nn.Module<Tensor, Tensor>>());
            foreach (var (name, module) in _steps.GetRange(start, length))
            {
                result.append(name, module);
            }

            return result;
        }
    }

    /// <summary>Adds a step at the end.</summary>
    public Sequential append(string name, nn.IModule<Tensor, Tensor> module)
    {
        AddSubmodule(name, (nn.Module)module);
        _steps.Add((name, module));
        return this;
    }

    /// <summary>Adds a step at the end, named by its position.</summary>
    public Sequential append(nn.IModule<Tensor, Tensor> module) => append($"{Count}", module);

    /// <inheritdoc/>
    public override Tensor forward(Tensor tensor)
    {
        if (Count == 0)
        {
            return tensor.NewHandle();
        }

        var current = tensor;
        foreach (var (_, module) in _steps)
        {
            var next = module.call(current);
            if (!ReferenceEquals(current, tensor) && !ReferenceEquals(current, next))
            {
                current.Dispose();
            }

            current = next;
        }

        return current;
    }
}
