using DynamosStream.Host.Display;
using DynamosStream.Host.Results;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Serving;

public sealed class LineProgressContractTests : SinkContract
{
    protected override IObserver<AccuracyEvent> Make() => new LineProgress(TextWriter.Null, 80_000, TimeProvider.System, 0);
}

public sealed class ResultFolderContractTests : SinkContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override IObserver<AccuracyEvent> Make() => ResultFolder.Open(_folder["out"], new DiskFiles(), null);
}
