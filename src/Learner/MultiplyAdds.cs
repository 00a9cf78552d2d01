namespace DynamosStream.Learner;

/// <summary>Multiply-adds of a network's convolutions without those of its agents, counted as a direct convolution does them.</summary>
/// <param name="Done">Those that were computed: where a gate drops a channel, it may be left out of the work.</param>
/// <param name="Dense">Those of the same convolutions with every channel on.</param>
public readonly record struct MultiplyAdds(double Done, double Dense)
{
    public static MultiplyAdds operator +(MultiplyAdds left, MultiplyAdds right) => new(left.Done + right.Done, left.Dense + right.Dense);

    public static MultiplyAdds operator /(MultiplyAdds sum, double count) => new(sum.Done / count, sum.Dense / count);
}
