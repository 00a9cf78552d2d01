using DynamosStream.Learner;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DynamosStream.Host.Display;

/// <summary>Draws a bar that moves and the numbers below it: for terminals. Ends when the events do or when disposed.</summary>
internal sealed class LiveProgress : IObserver<AccuracyEvent>, IDisposable
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IAnsiConsole _console;
    private readonly long? _plannedSamples;
    private readonly SampleRate _rate;
    private readonly Task _display;
    private volatile State _state = new(0, 0, "waiting for the first samples");

    public LiveProgress(IAnsiConsole console, long? plannedSamples, TimeProvider time, long samplesBefore = 0)
    {
        _console = console;
        _plannedSamples = plannedSamples;
        _rate = new SampleRate(time, samplesBefore);
        var progress = console.Progress().Columns(new StateColumn(this));
        progress.RefreshRate = Refresh;
        _display = progress.StartAsync(ShowAsync);
    }

    public void OnNext(AccuracyEvent value)
    {
        var samplesPerSecond = _rate.Update(value.Samples);
        _state = new State(value.Samples, samplesPerSecond, ProgressText.Line(value, _plannedSamples, samplesPerSecond));
    }

    /// <summary>Shows that no samples are learned until the next event.</summary>
    public void Testing() => _state = _state with { Line = ProgressText.HeldOutTest };

    public void OnCompleted()
    {
        Dispose();
        if (_state.Samples == _plannedSamples)
            _console.WriteLine(ProgressText.HeldOutTest);
    }

    public void OnError(Exception error) => Dispose();

    public void Dispose()
    {
        _ended.TrySetResult();
        _display.GetAwaiter().GetResult();
    }

    private async Task ShowAsync(ProgressContext context)
    {
        var task = context.AddTask("learning", maxValue: _plannedSamples ?? double.MaxValue);
        task.IsIndeterminate = _plannedSamples is null;
        while (!_ended.Task.IsCompleted)
        {
            await Task.WhenAny(_ended.Task, Task.Delay(Refresh)).ConfigureAwait(false);
            task.Value = _state.Samples;
        }
    }

    private sealed record State(long Samples, double SamplesPerSecond, string Line);

    private sealed class StateColumn(LiveProgress progress) : ProgressColumn
    {
        private const int RoomForTimeLeft = 16;
        private const int WidestBar = 60;
        private readonly ProgressBarColumn _bar = new();

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            _bar.Width = Math.Clamp(options.ConsoleSize.Width - RoomForTimeLeft, 10, WidestBar);
            var state = progress._state;
            var line = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn(new GridColumn().NoWrap());
            line.AddRow(_bar.Render(options, task, deltaTime), new Text(TimeLeft(task, state)));
            return new Rows(line, new Text(state.Line) { Overflow = Overflow.Ellipsis });
        }

        private static string TimeLeft(ProgressTask task, State state)
        {
            var left = task.MaxValue - state.Samples;
            return task.IsIndeterminate || state.SamplesPerSecond <= 0 || left <= 0
                ? string.Empty
                : Units.Duration(TimeSpan.FromSeconds(left / state.SamplesPerSecond)) + " left";
        }
    }
}
