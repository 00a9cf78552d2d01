// A stream of your own, learned by Dynamos: the whole prequential protocol without the command line.
using System.Globalization;
using System.Reactive.Linq;
using DynamosStream.Learner;
using DynamosStream.Samples;
using DynamosStream.Streams;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var samples = args is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 4000;
var stream = new MovingBarStream(seed: 1);
var description = stream.Description;
var hyper = HyperParameterPresets.For("mnist-360", bufferSize: 200);
using var learner = OnlineLearners.Create("dynamos", new LearnerOptions
{
    Shape = description.Shape,
    Classes = description.Classes,
    BufferSize = 200,
    HyperParameters = hyper,
});

// The stream pushes on a thread of its own; at most four batches wait for the learner, which this thread alone uses.
using var bridge = new StreamBridge(stream.ToObservable().Take(samples).Validate(description).BatchByCount(hyper.StreamBatch), capacity: 4);
var loop = new PrequentialLoop(learner, runId: "own-stream", description.Classes);
foreach (var batch in bridge.Batches.ReadAllAsync().ToBlockingEnumerable())
{
    var report = loop.Process(batch);
    if (report.Samples % 400 == 0)
        Console.WriteLine($"{report.Samples,5} samples  window {report.Accuracy.Window:P1}  no change {report.NoChange.Window:P1}");
}

Console.WriteLine($"held-out test {HeldOutAccuracy.Measure(learner, stream.ReadHeldOut(), description.Classes).Accuracy:P1}");
