using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>A stream with samples of another kind between its own, which keep their order.</summary>
/// <param name="clean">The stream.</param>
/// <param name="poison">What is at some positions of the poisoned stream.</param>
internal sealed class PoisonedStream(ISampleStream clean, IReadOnlyDictionary<long, Func<long, Sample>> poison) : ISampleStream
{
    public StreamDescription Description { get; } = clean.Description with { Length = clean.Description.Length + poison.Count };

    public IEnumerable<Sample> Read(long fromPosition = 0)
    {
        using var samples = clean.Read(fromPosition - poison.Keys.Count(position => position < fromPosition)).GetEnumerator();
        for (var position = fromPosition; position < Description.Length; position++)
        {
            if (poison.TryGetValue(position, out var make))
                yield return make(position);
            else if (samples.MoveNext())
                yield return samples.Current with { Position = position };
        }
    }

    public IEnumerable<Sample> ReadHeldOut() => clean.ReadHeldOut();
}
