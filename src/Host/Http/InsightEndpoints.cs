using System.Globalization;
using DynamosStream.Host.Serving;
using DynamosStream.Learner;
using Microsoft.AspNetCore.Http;

namespace DynamosStream.Host.Http;

/// <summary>What there is to look at inside: the last dead letters, and some of the samples in the memory.</summary>
internal sealed class InsightEndpoints(LiveService service)
{
    /// <summary>Samples of the memory in one answer.</summary>
    public const int MostSamples = 128;

    private const int DefaultSamples = 32;
    private const int DefaultLetters = 16;

    // Bytes of samples in one answer: of large images there are fewer.
    private const int MostBytes = 1 << 20;

    public Task DeadLettersAsync(HttpContext context)
    {
        var letters = service.DeadLetters.Last(Number(context, "last", DefaultLetters, RecentDeadLetters.MostKept));
        return SampleEndpoints.WriteAsync(
            context, StatusCodes.Status200OK, new DeadLettersAnswer(service.Run.Ledger?.Counts.DeadLettered ?? 0, letters), HttpJson.Readable.DeadLettersAnswer);
    }

    public async Task MemoryAsync(HttpContext context)
    {
        var most = Math.Min(Number(context, "most", DefaultSamples, MostSamples), Math.Max(1, MostBytes / service.Options.Shape.Length));
        var (view, learned) = await service.Learner.LookAtMemoryAsync(most, context.RequestAborted);
        var answer = new MemoryAnswer(learned, view.Count, view.Capacity, [.. view.Samples.Select(sample => Item(sample, learned))]);
        context.Response.Headers.CacheControl = "no-store";
        await SampleEndpoints.WriteAsync(context, StatusCodes.Status200OK, answer, HttpJson.Readable.MemoryAnswer);
    }

    private static MemoryItem Item(MemorySample sample, long learned)
    {
        var bytes = new byte[sample.Features.Length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)Math.Round(255 * Math.Clamp(sample.Features.Span[i], 0, 1));
        return new MemoryItem(sample.Label, sample.Sequence, learned - sample.Sequence - 1, bytes);
    }

    private static int Number(HttpContext context, string name, int preset, int most)
    {
        var text = context.Request.Query[name].ToString();
        if (text.Length == 0)
            return preset;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw new RequestException(StatusCodes.Status400BadRequest, $"{name} is no whole number from 1 to {most}.");
    }
}
