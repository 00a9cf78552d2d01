using DynamosStream.Host.Serving;

namespace DynamosStream.Host.Http;

/// <summary>What <c>GET /deadletters</c> tells.</summary>
/// <param name="Total">Dead letters so far, those before this start included.</param>
/// <param name="Letters">The last since this start, the oldest first.</param>
internal sealed record DeadLettersAnswer(long Total, IReadOnlyList<DeadLetterNote> Letters);

/// <summary>What <c>GET /memory</c> tells.</summary>
/// <param name="Learned">Samples learned by then.</param>
/// <param name="Count">Samples that the memory holds.</param>
/// <param name="Capacity">Samples that it can hold; 0 for a learner without one.</param>
/// <param name="Samples">Some of them.</param>
internal sealed record MemoryAnswer(long Learned, int Count, int Capacity, IReadOnlyList<MemoryItem> Samples);

/// <summary>A sample in the memory.</summary>
/// <param name="Label">Its class.</param>
/// <param name="Sequence">Its number among all that were learned.</param>
/// <param name="Age">Samples learned since.</param>
/// <param name="Bytes">Its features, a byte each, channel by channel: 0 to 255 for 0 to 1.</param>
internal sealed record MemoryItem(int Label, long Sequence, long Age, byte[] Bytes);
