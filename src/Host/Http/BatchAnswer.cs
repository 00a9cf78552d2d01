namespace DynamosStream.Host.Http;

/// <summary>What became of the samples of a request.</summary>
/// <param name="Taken">Samples that are in the log.</param>
/// <param name="Refused">Samples with something wrong.</param>
/// <param name="Dropped">Samples that the overload policy dropped.</param>
/// <param name="Results">One for each sample that was looked at, in order.</param>
internal sealed record BatchAnswer(int Taken, int Refused, int Dropped, IReadOnlyList<SampleAnswer> Results);

/// <summary>What became of one sample.</summary>
/// <param name="Index">Its number in the request, from 0; null for a request with one sample.</param>
/// <param name="Line">Its line, from 1; null where the request is not of lines.</param>
/// <param name="Id">Its id; null for none.</param>
/// <param name="Position">Its position in the stream; null for one that is not there.</param>
/// <param name="Waiting">True for one that waits for its label, else null.</param>
/// <param name="Dropped">True for one that was dropped, else null.</param>
/// <param name="Error">What is wrong with it; null if nothing is.</param>
/// <param name="Prediction">What was predicted when it came; null if nobody asked.</param>
internal sealed record SampleAnswer(
    int? Index, int? Line, string? Id, long? Position, bool? Waiting, bool? Dropped, string? Error, PredictionJson? Prediction);

/// <summary>A prediction.</summary>
/// <param name="Label">Predicted class.</param>
/// <param name="Name">Its name; null where classes have none.</param>
/// <param name="Learned">Samples that the snapshot that predicted had learned.</param>
/// <param name="Scores">A number a class, the higher, the rather it is that class; null where nobody asked.</param>
/// <param name="Gates">For each gated layer a character a channel, 1 for one that was kept and 0 for one that was switched off; null without gates or where nobody asked.</param>
internal sealed record PredictionJson(int Label, string? Name, long Learned, IReadOnlyList<float>? Scores = null, IReadOnlyList<string>? Gates = null);

/// <summary>The predictions of several samples, in order.</summary>
internal sealed record PredictionsJson(IReadOnlyList<PredictionJson> Predictions);
