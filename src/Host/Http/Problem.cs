using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace DynamosStream.Host.Http;

/// <summary>An error as RFC 9457 has it, with what became of a batch's samples.</summary>
/// <param name="Title">The status in words.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">What is wrong, and what was expected.</param>
/// <param name="Taken">Samples of the request that were taken nevertheless; null where it has no part in it.</param>
/// <param name="Results">What became of each sample that was looked at; null where it has no part in it.</param>
internal sealed record Problem(string Title, int Status, string Detail, int? Taken = null, IReadOnlyList<SampleAnswer>? Results = null)
{
    public const string ContentType = "application/problem+json";

    /// <summary>Answers with a problem.</summary>
    public static async Task WriteAsync(HttpContext context, int status, string detail, int? retryAfterSeconds = null, BatchAnswer? batch = null)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        if (retryAfterSeconds is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var problem = new Problem(ReasonPhrases.GetReasonPhrase(status), status, detail, batch?.Taken, batch?.Results);
        await JsonSerializer.SerializeAsync(context.Response.Body, problem, HttpJson.Readable.Problem, context.RequestAborted);
    }
}
