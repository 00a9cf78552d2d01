// What online learning is, in six steps that can be read from top to bottom. Each prints what it found.
using System.Globalization;
using DynamosStream.Learner;
using DynamosStream.Streams;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var samples = args is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 4800;

Step(1, "A stream: drawn digits, pairs of neighbours taking turns, each slowly turning. It never says which pair it is at.");
var stream = SampleStreams.Open("glyphs-360", seed: 1);
var (shape, classes) = (stream.Description.Shape, stream.Description.Classes);
var first = stream.Read().First();
Console.WriteLine($"its first sample, a {first.Label}:");
for (var row = 4; row < shape.Height - 4; row += 2)
    Console.WriteLine(string.Concat(Enumerable.Range(0, shape.Width).Select(column => " .:#"[(int)(first.Features.Span[(row * shape.Width) + column] * 3.99f)])));

Step(2, "A learner: a small convolutional network whose agents choose, for each image, which channels work; and a memory of 100 samples.");
var options = new LearnerOptions
{
    Shape = shape,
    Classes = classes,
    BufferSize = 100,
    HyperParameters = HyperParameterPresets.For("glyphs-360", bufferSize: 100),
};
using var learner = OnlineLearners.Create("dynamos", options);

Step(3, "Test, then train: each batch of 16 is predicted before it is learned. That is the accuracy a user of the stream would have had.");
var loop = new PrequentialLoop(learner, "walkthrough", classes);
AccuracyEvent report = null!;
foreach (var batch in stream.Read().Take(samples).Chunk(16).Select((chunk, i) => new SampleBatch(i * 16L, chunk)))
{
    report = loop.Process(batch);
    if (report.Samples % 480 == 0)
        Console.WriteLine($"{report.Samples,5} samples  last 1,000: {report.Accuracy.Window:P1}");
}

Step(4, "Is that good? The label before, repeated, is right as often as this, for the samples come grouped. A baseline keeps us honest.");
Console.WriteLine($"learner {report.Accuracy.Cumulative:P1}, no change {report.NoChange.Cumulative:P1}, majority class {report.MajorityClass.Cumulative:P1}");

Step(5, "What does it remember? A held-out test asks for all digits at all angles, also those that are long gone.");
var heldOut = HeldOutAccuracy.Measure(learner, stream.ReadHeldOut().Where((_, i) => i % 5 == 0), classes);
Console.WriteLine($"held-out {heldOut.Accuracy:P1}; the gates keep {report.PredictionKeptShare.DefaultIfEmpty(1).Average():P0} of the channels");

Step(6, "Stop and go on: the state of one learner, loaded into another, predicts the same and learns on in the same way, bit for bit.");
var state = new StateArrays();
learner.Save(state);
using var resumed = OnlineLearners.Create("dynamos", options);
resumed.Load(state);
var next = new SampleBatch(samples, [.. stream.Read(samples).Take(16)]);
learner.Learn(next);
resumed.Learn(next);
var same = learner.Predict(next).Scores.Span.SequenceEqual(resumed.Predict(next).Scores.Span);
Console.WriteLine($"after one more step of both: {(same ? "the same scores" : "other scores")}");

static void Step(int number, string text) => Console.WriteLine($"\n{number}. {text}");
