using DynamosStream.Host.Tests.Serving;
using DynamosStream.Learner;
using DynamosStream.Learner.Tests;

namespace DynamosStream.Samples.Tests;

/// <summary>The sample's learner keeps what every learner keeps.</summary>
public sealed class NearestMeanLearnerTests : OnlineLearnerContract
{
    protected override IOnlineLearner Make(LearnerOptions options) => new NearestMeanLearner(options);
}

/// <summary>The sample's sink keeps what every sink keeps.</summary>
public sealed class CsvSinkTests : SinkContract, IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    protected override IObserver<AccuracyEvent> Make() => new CsvSink(new CsvFile(_path));
}
