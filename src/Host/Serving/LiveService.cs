using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Observability;
using DynamosStream.Host.Running;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Serving;

/// <summary>A learner as a service: its log, its intake, its state, and the run that learns the log.</summary>
internal sealed class LiveService : IDisposable
{
    private readonly RunState? _state;
    private readonly ISampleLog _log;

    private LiveService(DynamosStreamOptions options, RunState? state, ISampleLog log, Intake intake, LiveLearner learner, LearnerRun run, RecentDeadLetters letters) =>
        (Options, _state, _log, Intake, Learner, Run, DeadLetters) = (options, state, log, intake, learner, run, letters);

    public DynamosStreamOptions Options { get; }

    public Intake Intake { get; }

    public LiveLearner Learner { get; }

    public LearnerRun Run { get; }

    /// <summary>The journal; null for a service without a state folder.</summary>
    public Journal? Journal => _log as Journal;

    /// <summary>The last dead letters since this start.</summary>
    public RecentDeadLetters DeadLetters { get; }

    /// <summary>Samples learned before this start.</summary>
    public long LearnedBefore => _state?.Sequence ?? 0;

    /// <summary>Opens the state folder, if there is one, and finds out where the service goes on.</summary>
    /// <param name="options">Checked already.</param>
    /// <param name="choice">The learner; null for the one that is named in the options.</param>
    /// <param name="services">Given to <paramref name="choice"/>.</param>
    /// <param name="time">Measures.</param>
    /// <param name="metrics">Receives what is measured.</param>
    /// <param name="report">Receives what somebody should know.</param>
    /// <exception cref="IOException">The folder is in use by another process, or cannot be written to.</exception>
    /// <exception cref="InvalidDataException">What it holds is damaged, or of a service with other options.</exception>
    public static LiveService Open(
        DynamosStreamOptions options, LearnerChoice? choice, IServiceProvider services, TimeProvider time, LearnerMetrics metrics, Action<string> report)
    {
        var name = choice?.Name ?? options.Learner;
        var hyperParameters = options.HyperParameters ?? HyperParameterPresets.For(name, LiveStream.Name, options.Buffer);
        var learnerOptions = new LearnerOptions
        {
            Seed = (ulong)options.Seed,
            Shape = options.Shape,
            Classes = options.Classes,
            BufferSize = options.Buffer,
            HyperParameters = hyperParameters,
            Device = ComputeDevice.Resolve(options.Device),
        };
        var description = new StreamDescription(LiveStream.Name, options.Shape, options.Classes, 0, Endless: true);
        var runOptions = new RunOptions(
            LiveStream.Name,
            name,
            options.Buffer,
            options.Seed,
            State: options.State,
            CheckpointEvery: options.CheckpointEvery,
            CheckpointSeconds: options.CheckpointSeconds,
            Keep: options.Keep,
            Labels: options.Labels.Count == 0 ? null : options.Labels,
            Device: options.Device == ComputeDevice.Auto ? null : options.Device,
            AdwinDelta: Unless(options.AdwinDelta, DriftSettings.DefaultAdwinDelta),
            PageHinkleyThreshold: Unless(options.PageHinkleyThreshold, DriftSettings.DefaultPageHinkleyThreshold));

        RunState? state = null;
        ISampleLog? log = null;
        try
        {
            if (options.State is not null)
                state = RunState.Open(runOptions, description, hyperParameters, new DiskFiles(), report);
            var ledger = new Ledger(state?.Resumed?.Manifest.Progress.Ledger ?? default);
            Intake? intake = null;
            log = state is null
                ? new MemoryLog(description, options.Queue, options.Overload, Drop)
                : new Journal(Path.Combine(options.State!, "journal"), description, JournalSize.Of(options));
            var room = new WaitingRoom(options.LabelWindow);
            var positions = log is Journal journal ? Recover(journal, room, state!, report) : [];
            var mostWaiting = JournalSize.Of(options) - JournalSize.ForLabels(options);
            intake = new Intake(log, room, positions, options.Overload == OverloadPolicy.DropNewest, () => (log as Journal)?.Bytes < mostWaiting || log is MemoryLog);

            var border = new StepBorder();
            var letters = new RecentDeadLetters();
            var learner = new LiveLearner(border, time, metrics);
            var run = new LearnerRun(
                runOptions.RunId,
                new LiveStream(log, intake, options.LabelWindow),
                PlannedSamples: null,
                hyperParameters.StreamBatch,
                () => choice?.Create(services, learnerOptions) ?? OnlineLearners.Create(name, learnerOptions))
            {
                State = state,
                Ledger = ledger,
                Border = border,
                Watch = learner,
                Report = report,
                Drift = runOptions.Drift,
                Metrics = metrics,
                DeadLettered = letters.Add,
            };
            var service = new LiveService(options, state, log, intake, learner, run, letters);
            ServiceMetrics.AddTo(metrics.Meter, service);
            return service;

            void Drop(Sample sample)
            {
                if (LiveStream.Waits(sample))
                    return;
                ledger.Refuse(1);
                intake!.CountDropped();
            }
        }
        catch
        {
            log?.Dispose();
            state?.Dispose();
            throw;
        }
    }

    /// <summary>A value that differs from the default; null for one that does not, so that older states know it.</summary>
    private static double? Unless(double value, double preset) => value == preset ? null : value;

    public void Dispose()
    {
        _log.Dispose();
        Learner.Dispose();
        _state?.Dispose();
    }

    /// <summary>Reads from the journal which samples wait for a label, and how far each source was read.</summary>
    private static Dictionary<string, long> Recover(Journal journal, WaitingRoom room, RunState state, Action<string> report)
    {
        var positions = state.Resumed?.Manifest.Progress.Positions.ToDictionary(StringComparer.Ordinal) ?? [];
        positions.Remove(LiveStream.Name, out var learned);
        if (learned < journal.First || learned > journal.Next)
        {
            throw new InvalidDataException(
                $"the journal holds the positions {journal.First} to {journal.Next - 1}, but the checkpoint goes on at {learned}; expected a journal and a checkpoint of the same service.");
        }

        if (journal.CutBytes > 0)
            report($"{journal.CutBytes} bytes of a sample that was never answered were cut off the end of the journal.");
        foreach (var record in journal.Read(journal.First).Take((int)(journal.Next - journal.First)))
        {
            room.Note(record);
            if (record.Origin is { } origin)
                positions[origin.Source] = Math.Max(positions.GetValueOrDefault(origin.Source), origin.Position + 1);
        }

        return positions;
    }
}
