using DynamosStream.Host.Display;
using DynamosStream.Host.Tests.Fakes;

namespace DynamosStream.Host.Tests.Display;

public sealed class LineProgressTests
{
    private readonly ManualTime _time = new();
    private readonly StringWriter _output = new() { NewLine = "\n" };

    private string[] Lines => _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void OnNext_FirstEvent_IsShownAtOnce()
    {
        var progress = new LineProgress(_output, 1000, _time);
        _time.Advance(0.5);
        progress.OnNext(Events.At(16));
        Assert.Equal(["   0:00     16/1,000 samples     32/s  window  82.5 %  kept  75 %  buffer  40/500"], Lines);
    }

    [Fact]
    public void Testing_BetweenSteps_IsShownAtOnce()
    {
        var progress = new LineProgress(_output, 1000, _time);
        _time.Advance(61);
        progress.Testing(16);
        Assert.Equal(["   1:01     16/1,000 samples  testing on the held-out set ..."], Lines);
    }

    [Fact]
    public void OnNext_LearnerWithoutGatesAndMemory_ShowsNeither()
    {
        var progress = new LineProgress(_output, 1000, _time);
        _time.Advance(0.5);
        progress.OnNext(Events.At(16, keptShare: [], bufferCapacity: 0));
        Assert.Equal(["   0:00     16/1,000 samples     32/s  window  82.5 %"], Lines);
    }

    [Fact]
    public void OnNext_SteadyRun_ALineEachTwentieth()
    {
        var progress = new LineProgress(_output, 2000, _time);
        for (var samples = 10; samples <= 2000; samples += 10)
        {
            _time.Advance(0.5);
            progress.OnNext(Events.At(samples));
        }

        Assert.Equal(21, Lines.Length);
        Assert.Contains(" 2,000/2,000 ", Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void OnNext_FastRun_AtMostOneLineASecondAndTheLast()
    {
        var progress = new LineProgress(_output, 100, _time);
        for (var samples = 1; samples <= 100; samples++)
        {
            _time.Advance(0.03);
            progress.OnNext(Events.At(samples));
        }

        Assert.Equal(4, Lines.Length);
    }

    [Fact]
    public void OnNext_SlowEndlessRun_ALineEveryTenSeconds()
    {
        var progress = new LineProgress(_output, null, _time);
        for (var samples = 1; samples <= 61; samples++)
        {
            progress.OnNext(Events.At(samples));
            _time.Advance(1);
        }

        Assert.Equal(7, Lines.Length);
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(998, false)]
    public void OnCompleted_LastSampleOrStopped_AnnouncesTheTestOnlyAfterTheLast(long samples, bool announced)
    {
        var progress = new LineProgress(_output, 1000, _time);
        progress.OnNext(Events.At(samples));
        progress.OnCompleted();
        Assert.Equal(announced, Lines.Contains(ProgressText.HeldOutTest));
    }
}
