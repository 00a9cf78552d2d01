namespace TorchSharp.Kernels;

/// <summary>What losses over class indices share: rows of one value per class, a target for each row, and a reduction.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Classes">Values in each row.</param>
/// <param name="IgnoreIndex">The target of rows that count for nothing.</param>
/// <param name="Reduction">How rows become the loss.</param>
internal readonly unsafe record struct ClassLoss(long Rows, long Classes, long IgnoreIndex, nn.Reduction Reduction)
{
    /// <summary>Elements a part takes: fixed, so that results never depend on the number of threads.</summary>
    private const long PartLength = 16 * 1024;

    /// <summary>Checks rows [N, C] against targets [N] and weights [C].</summary>
    public static ClassLoss Of(Tensor rows, Tensor target, Tensor? weight, long ignoreIndex, nn.Reduction reduction)
    {
        if (target.dtype != ScalarType.Int64)
        {
            throw new ExternalException($"expected scalar type Int64 for the target but found {target.dtype}");
        }

        var loss = new ClassLoss(rows.Sizes[0], rows.Sizes[1], ignoreIndex, reduction);
        if (target.Count != loss.Rows)
        {
            throw new ExternalException($"Expected input batch_size ({loss.Rows}) to match target batch_size ({target.Count}).");
        }

        if (weight is not null && (weight.Rank != 1 || weight.Count != loss.Classes || weight.dtype != ScalarType.Float32))
        {
            throw new ExternalException(
                $"weight tensor should be Float32 and defined for all {loss.Classes} classes, but got {weight.dtype} {Shape.Text(weight.Sizes)}");
        }

        if (weight is { requires_grad: true })
        {
            throw new NotSupportedException("The gradient of the class weights is not supported; detach() them.");
        }

        using var contiguous = target.Contiguous();
        var targets = (long*)contiguous.Pointer;
        for (long i = 0; i < loss.Rows; i++)
        {
            if (targets[i] != ignoreIndex && (targets[i] < 0 || targets[i] >= loss.Classes))
            {
                throw new ExternalException($"Target {targets[i]} is out of bounds: expected 0 to {loss.Classes - 1}.");
            }
        }

        return loss;
    }

    /// <summary>What the sum of the rows' losses is divided by: 1, or the sum of the targets' weights for the mean.</summary>
    public double Denominator(Tensor target, Tensor? weight)
    {
        if (Reduction != nn.Reduction.Mean)
        {
            return 1;
        }

        var targets = (long*)target.Pointer;
        var weights = weight is null ? null : weight.Floats;
        var sum = 0.0;
        for (long i = 0; i < Rows; i++)
        {
            sum += targets[i] == IgnoreIndex ? 0 : weights == null ? 1 : weights[targets[i]];
        }

        return sum;
    }

    /// <summary>The rows' losses, added in their order and divided; or as they are where nothing is reduced.</summary>
    public Tensor Reduce(Tensor terms, double denominator)
    {
        if (Reduction == nn.Reduction.None)
        {
            return terms.NewHandle();
        }

        var sum = 0.0;
        for (long i = 0; i < Rows; i++)
        {
            sum += terms.Floats[i];
        }

        var result = Tensor.EmptyStrided([]);
        *result.Floats = (float)(sum / denominator);
        return result;
    }

    /// <summary>The gradient of a row's loss.</summary>
    public float RowGrad(float* grad, double denominator, long row) =>
        Reduction == nn.Reduction.None ? grad[row] : (float)(*grad / denominator);

    /// <summary>Calls <paramref name="range"/> on fixed ranges of rows, in parallel.</summary>
    public void ForRows(Action<long, long> range)
    {
        var rowsPerPart = Math.Max(1, PartLength / Math.Max(1, Classes));
        var rows = Rows;
        Workers.Run((int)((Rows + rowsPerPart - 1) / rowsPerPart), part =>
            range(part * rowsPerPart, Math.Min(rows, (part + 1) * rowsPerPart)));
    }
}
