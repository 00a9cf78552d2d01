using System.Runtime.CompilerServices;
using DynamosStream.Streams;

namespace DynamosStream.Samples;

/// <summary>Windows of 64 readings, each with an id and without a label; the label comes later, by the id. Slowly the machine gets louder: concept drift.</summary>
/// <remarks>Every record is a function of its position: with a state folder a stopped service goes on where its journal ends.</remarks>
internal sealed class SensorSource(StreamLength length) : ISampleSource
{
    private const int Readings = 64;

    // Windows that come before an inspection tells what one was.
    private const int InspectionDelay = 30;

    public static IReadOnlyList<string> Faults { get; } = ["none", "imbalance", "bearing"];

    public string Name => "sensor";

    public async IAsyncEnumerable<Sample> ReadAsync(long fromPosition, [EnumeratorCancellation] CancellationToken stop)
    {
        // Even positions are readings; each odd one is what an inspection found of earlier readings.
        for (var position = fromPosition; position < 2L * (length.Samples + InspectionDelay); position++)
        {
            var window = position / 2;
            if (position % 2 == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), stop);
                if (window < length.Samples)
                    yield return new Sample(position, Read(window), Sample.NoLabel) { Id = $"window-{window}" };
            }
            else if (window >= InspectionDelay)
            {
                var inspected = window - InspectionDelay;
                yield return new Sample(position, ReadOnlyMemory<float>.Empty, FaultOf(inspected)) { Id = $"window-{inspected}" };
            }
        }
    }

    private static int FaultOf(long window) => (int)new CounterRandom(1, RandomPurpose.StreamOrder, (ulong)window).Below(Faults.Count);

    private static float[] Read(long window)
    {
        var random = new CounterRandom(1, RandomPurpose.Glyph, (ulong)window);
        var (fault, loudness, phase) = (FaultOf(window), 0.3f + (0.2f * Math.Min(window, 10_000) / 10_000), random.NextSingle() * MathF.Tau);
        var readings = new float[Readings];
        for (var i = 0; i < Readings; i++)
        {
            var vibration = fault switch
            {
                1 => MathF.Sin((MathF.Tau * i / 16) + phase),
                2 => i % 8 == (int)phase ? 1 : 0,
                _ => 0,
            };
            readings[i] = Math.Clamp(0.5f + (loudness * vibration) + (0.2f * (random.NextSingle() - 0.5f)), 0, 1);
        }

        return readings;
    }
}
