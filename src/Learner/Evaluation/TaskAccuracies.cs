using DynamosStream.Streams;

namespace DynamosStream.Learner;

/// <summary>The held-out tests in the course of a stream, and what they say of its hidden tasks.</summary>
/// <param name="tasks">The tasks in order; none where the stream has none.</param>
public sealed class TaskAccuracies(IReadOnlyList<StreamTask> tasks)
{
    private const string StateName = "held_out";

    private readonly List<(TaskPoint Point, long[] State)> _tests = [];

    /// <summary>The tasks in order; none where the stream has none.</summary>
    public IReadOnlyList<StreamTask> Tasks => tasks;

    /// <summary>The tests so far, in order.</summary>
    public IEnumerable<TaskPoint> Points => _tests.Select(test => test.Point);

    /// <summary>The tests that <see cref="TaskMeasures.Accuracy"/> is of.</summary>
    public IReadOnlyList<TaskPoint> Rows
    {
        get
        {
            if (Last is not { } last)
                return [];
            var rows = Enumerable.Range(1, last.TasksEnded).Select(ended => Points.First(point => point.TasksEnded >= ended));
            return last.TasksSeen > last.TasksEnded ? [.. rows, last] : [.. rows];
        }
    }

    /// <summary>The last test; null before the first.</summary>
    public TaskPoint? Last => _tests.Count == 0 ? null : _tests[^1].Point;

    /// <summary>The measures where all classes may be predicted.</summary>
    public TaskMeasures ClassIncremental => Measures(point => point.Accuracy);

    /// <summary>The measures where only a task's own classes may be predicted.</summary>
    public TaskMeasures TaskMasked => Measures(point => point.MaskedAccuracy);

    /// <summary>Tasks that lie before a position of the stream.</summary>
    public int EndedAt(long position) => tasks.Count(task => task.End <= position);

    /// <summary>Notes a test.</summary>
    /// <param name="position">Position in the stream up to which was learned.</param>
    /// <param name="samples">Samples learned.</param>
    /// <param name="result">What the learner said of the test set.</param>
    public TaskPoint Add(long position, long samples, HeldOutResult result) =>
        Add([position, samples, .. result.TaskCorrect, .. result.MaskedTaskCorrect]);

    /// <summary>Puts all tests.</summary>
    public void Save(StateArrays state) =>
        state.Put(StateName, [.. _tests.SelectMany(test => test.State)], _tests.Count, 2 + (2 * tasks.Count));

    /// <summary>Takes what <see cref="Save"/> put.</summary>
    /// <exception cref="InvalidDataException">It is missing or does not fit.</exception>
    public void Load(StateArrays state)
    {
        var array = state.Take(StateName);
        var columns = 2 + (2 * tasks.Count);
        if (array.Values<long>() is not { } values || array.Shape.Count != 2 || array.Shape[1] != columns || values.Any(value => value < 0))
            throw new InvalidDataException($"'{StateName}' is {array.DType} [{string.Join(", ", array.Shape)}]; expected counts, I64 [tests, {columns}].");
        foreach (var test in values.Chunk(columns))
            Add(test);
    }

    private TaskPoint Add(long[] state)
    {
        var position = state[0];
        var ended = EndedAt(position);
        var seen = ended > (Last?.TasksEnded ?? 0) ? ended : tasks.Count(task => task.Start < position);
        var point = new TaskPoint(position, state[1], ended, seen, Shares(state.AsSpan(2, tasks.Count)), Shares(state.AsSpan(2 + tasks.Count)));
        _tests.Add((point, state));
        return point;
    }

    private double?[] Shares(ReadOnlySpan<long> correct)
    {
        var shares = new double?[tasks.Count];
        for (var task = 0; task < shares.Length; task++)
        {
            var samples = tasks[task].HeldOutEnd - tasks[task].HeldOutStart;
            shares[task] = samples == 0 ? null : (double)correct[task] / samples;
        }

        return shares;
    }

    private TaskMeasures Measures(Func<TaskPoint, IReadOnlyList<double?>> accuracy)
    {
        IReadOnlyList<double?>[] rows = [.. Rows.Select(accuracy)];
        var fresh = Points.FirstOrDefault(point => point.Samples == 0) is { } first ? accuracy(first) : null;
        if (rows.Length == 0)
            return new TaskMeasures(fresh, rows, Average: null, Forgetting: null, BackwardTransfer: null, ForwardTransfer: null, Anytime: null);

        var last = rows[^1];
        var before = Enumerable.Range(0, rows.Length - 1).ToArray();
        return new TaskMeasures(
            fresh,
            rows,
            last.Take(rows.Length).Average(),
            before.Average(task => rows[..^1].Max(row => row[task]) - last[task]),
            before.Average(task => last[task] - rows[task][task]),
            before.Average(task => rows[task][task + 1] - fresh?[task + 1]),
            Points.Average(point => accuracy(point).Take(point.TasksSeen).Average()));
    }
}
