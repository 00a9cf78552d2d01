using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DynamosStream.Host.Serving;
using DynamosStream.Streams;
using Microsoft.AspNetCore.Http;

namespace DynamosStream.Host.Http;

/// <summary><c>POST /samples</c>, <c>POST /labels</c> and <c>POST /predict</c>.</summary>
internal sealed class SampleEndpoints(LiveService service, BodyBudget budget)
{
    private const int RetryAfterSeconds = 1;

    private readonly SampleJson _form = new(service.Intake.Description, service.Options.Labels);

    /// <summary>Takes samples. Those that are answered as taken are on the disk, if the service has a state folder.</summary>
    public async Task TakeAsync(HttpContext context)
    {
        var predict = Asked(context, "predict", preset: true);
        await OfferAsync(context, sample => sample.Features.IsEmpty ? "it has no features; expected features, bytes or png" : null, predict);
    }

    /// <summary>Takes the labels of samples that came before.</summary>
    public Task LabelAsync(HttpContext context) => OfferAsync(
        context,
        sample => sample.Id is null || sample.Label == Sample.NoLabel || !sample.Features.IsEmpty ? "it is no label for a sample; expected an id and a label" : null,
        predict: false);

    /// <summary>Predicts, and takes nothing.</summary>
    public async Task PredictAsync(HttpContext context)
    {
        var withGates = Asked(context, "gates", preset: false);
        var body = await RequestBody.ReadAsync(context.Request, _form, budget);
        foreach (var item in body.Samples)
        {
            var error = item.Error
                ?? (item.Sample!.Id is not null || item.Sample.Label != Sample.NoLabel ? "it has an id or a label; expected features, bytes or png alone" : null)
                ?? (item.Sample!.Features.IsEmpty ? "it has no features; expected features, bytes or png" : null);
            if (error is not null)
                throw new RequestException(StatusCodes.Status400BadRequest, $"{NameOf(item, body)} cannot be predicted: {error}.");
        }

        var answers = await service.Learner.PredictAsync([.. body.Samples.Select(item => item.Sample!.Features)], context.RequestAborted);
        PredictionJson[] predictions = [.. answers.Select(answer => Form(answer, withScores: true, withGates))];
        if (body.IsSingle)
            await WriteAsync(context, StatusCodes.Status200OK, predictions[0], HttpJson.Readable.PredictionJson);
        else
            await WriteAsync(context, StatusCodes.Status200OK, new PredictionsJson(predictions), HttpJson.Readable.PredictionsJson);
    }

    public static Task WriteAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> form)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, value, form, context.RequestAborted);
    }

    private async Task OfferAsync(HttpContext context, Func<Sample, string?> findFault, bool predict)
    {
        RequireOpen();
        var body = await RequestBody.ReadAsync(context.Request, _form, budget);
        ParsedSample[] items = [.. body.Samples.Select(Checked)];
        var predictions = await PredictAsync(items, predict, context.RequestAborted);
        var (answers, last) = Offer(items, predictions, body.IsSingle);

        // Nothing is answered that a loss of power could take away.
        await Task.Run(service.Intake.Flush, context.RequestAborted);
        var batch = new BatchAnswer(
            answers.Count(answer => answer.Position is not null), answers.Count(answer => answer.Error is not null), answers.Count(answer => answer.Dropped == true), answers);
        if (last is AdmissionOutcome.Full or AdmissionOutcome.Closed)
            throw Overloaded(last, batch, body.IsSingle);
        if (body.IsSingle)
            await AnswerAsync(context, last, answers[0]);
        else if (batch.Taken + batch.Dropped == 0)
            throw new RequestException(StatusCodes.Status400BadRequest, $"none of the {answers.Count} samples was taken; the first: {answers[0].Error}.") { Batch = batch };
        else
            await WriteAsync(context, StatusCodes.Status200OK, batch, HttpJson.Readable.BatchAnswer);

        ParsedSample Checked(ParsedSample item)
        {
            if (item.Error is not null)
                return item;
            var error = findFault(item.Sample!) ?? service.Intake.FindFault(item.Sample!);
            return error is null ? item : item with { Sample = null, Error = error };
        }
    }

    /// <summary>What is predicted of each sample; null for those of which nothing is asked.</summary>
    private async Task<PredictionAnswer?[]> PredictAsync(ParsedSample[] items, bool all, CancellationToken cancellation)
    {
        int[] asked = [.. Enumerable.Range(0, items.Length).Where(i => items[i].Sample is { Features.IsEmpty: false } sample && (all || LiveStream.Waits(sample)))];
        var answers = await service.Learner.PredictAsync([.. asked.Select(i => items[i].Sample!.Features)], cancellation);
        var predictions = new PredictionAnswer?[items.Length];
        foreach (var (i, answer) in asked.Zip(answers))
            predictions[i] = answer;
        return predictions;
    }

    /// <summary>Offers the samples in order until there is no room for one.</summary>
    private (List<SampleAnswer> Answers, AdmissionOutcome Last) Offer(ParsedSample[] items, PredictionAnswer?[] predictions, bool isSingle)
    {
        var (answers, last) = (new List<SampleAnswer>(items.Length), AdmissionOutcome.Taken);
        for (var i = 0; i < items.Length; i++)
        {
            var (item, prediction) = (items[i], predictions[i]);
            var answer = new SampleAnswer(isSingle ? null : item.Index, item.Line, item.Sample?.Id, null, null, null, item.Error, null);
            if (item.Sample is not { } sample)
            {
                service.Intake.CountRefused(1);
                last = AdmissionOutcome.Invalid;
            }
            else
            {
                // The scored prediction of a sample with its label is the learner's own, just before it learns it.
                var admission = service.Intake.Offer(LiveStream.Waits(sample) ? sample with { Predicted = prediction!.Label } : sample);
                last = admission.Outcome;
                if (last is AdmissionOutcome.Full or AdmissionOutcome.Closed)
                    break;
                answer = answer with
                {
                    Position = admission.IsTaken ? admission.Position : null,
                    Waiting = last == AdmissionOutcome.Waiting ? true : null,
                    Dropped = last == AdmissionOutcome.Dropped ? true : null,
                    Error = admission.Reason,
                    Prediction = prediction is null || admission.Reason is not null ? null : Form(prediction, withScores: false),
                };
            }

            answers.Add(answer);
        }

        return (answers, last);
    }

    private static Task AnswerAsync(HttpContext context, AdmissionOutcome outcome, SampleAnswer answer)
    {
        var status = outcome switch
        {
            AdmissionOutcome.Waiting => StatusCodes.Status202Accepted,
            AdmissionOutcome.DuplicateId => StatusCodes.Status409Conflict,
            AdmissionOutcome.UnknownId => StatusCodes.Status404NotFound,
            AdmissionOutcome.Invalid => StatusCodes.Status400BadRequest,
            _ => StatusCodes.Status200OK,
        };
        return answer.Error is { } error
            ? throw new RequestException(status, $"the sample was not taken: {error}.")
            : WriteAsync(context, status, answer, HttpJson.Readable.SampleAnswer);
    }

    private static RequestException Overloaded(AdmissionOutcome outcome, BatchAnswer batch, bool isSingle)
    {
        var where = isSingle ? "the sample was not taken" : $"only the first {batch.Results.Count} samples were looked at; send the others again";
        return outcome == AdmissionOutcome.Full
            ? new RequestException(StatusCodes.Status429TooManyRequests, $"{where}: as many samples wait for the learner as can.")
            {
                RetryAfterSeconds = RetryAfterSeconds,
                Batch = isSingle ? null : batch,
            }
            : new RequestException(StatusCodes.Status503ServiceUnavailable, $"{where}: the service is about to end.") { Batch = isSingle ? null : batch };
    }

    private void RequireOpen()
    {
        if (!service.Intake.IsOpen || service.Learner.Failure is not null)
            throw new RequestException(StatusCodes.Status503ServiceUnavailable, "the service is about to end; it takes no more samples.");
    }

    private PredictionJson Form(PredictionAnswer answer, bool withScores, bool withGates = false) => new(
        answer.Label,
        service.Options.Labels.Count > 0 ? service.Options.Labels[answer.Label] : null,
        answer.Learned,
        withScores ? answer.Scores.ToArray() : null,
        withGates && answer.Gates.Count > 0 ? [.. answer.Gates.Select(TextOf)] : null);

    private static string TextOf(ReadOnlyMemory<float> gates) =>
        string.Create(gates.Length, gates, (text, kept) =>
        {
            for (var channel = 0; channel < text.Length; channel++)
                text[channel] = kept.Span[channel] > 0 ? '1' : '0';
        });

    /// <summary>What a request's query says of a choice.</summary>
    private static bool Asked(HttpContext context, string name, bool preset) => context.Request.Query[name].ToString() switch
    {
        "" => preset,
        "true" => true,
        "false" => false,
        var other => throw new RequestException(StatusCodes.Status400BadRequest, $"{name} is '{other}'; expected true or false."),
    };

    private static string NameOf(ParsedSample item, RequestBody body) =>
        item.Line is { } line ? $"line {line}" : body.IsSingle ? "the sample" : $"sample {item.Index}";
}
