using DynamosStream.Streams;

namespace DynamosStream.Host.Http;

/// <summary>One sample of a request as it was read.</summary>
/// <param name="Index">Its number in the request, from 0.</param>
/// <param name="Line">Its line, from 1; null where the request is not of lines.</param>
/// <param name="Sample">Null if it could not be read.</param>
/// <param name="Error">Why; null if it could be.</param>
internal sealed record ParsedSample(int Index, int? Line, Sample? Sample, string? Error);
