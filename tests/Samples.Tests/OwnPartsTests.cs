using DynamosStream.Host.Tests.Serving;
using DynamosStream.Learner;
using DynamosStream.Learner.Tests;
using DynamosStream.Streams;
using DynamosStream.Streams.Tests;

namespace DynamosStream.Samples.Tests;

/// <summary>The sample's learner keeps what every learner keeps.</summary>
public sealed class NearestMeanLearnerTests : OnlineLearnerContract
{
    protected override IOnlineLearner Make(LearnerOptions options) => new NearestMeanLearner(options);
}

/// <summary>The sample's sensor keeps what every source keeps that can be read again.</summary>
public sealed class SensorSourceTests : ReplayableSourceContract
{
    private const int Windows = 16;

    // Each window's readings, and each one's label.
    protected override int Count => 2 * Windows;

    protected override ISampleSource Open() => new SensorSource(new StreamLength(Windows));
}

/// <summary>The sample's sink keeps what every sink keeps.</summary>
public sealed class CsvSinkTests : SinkContract, IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    protected override IObserver<AccuracyEvent> Make() => new CsvSink(new CsvFile(_path));
}
