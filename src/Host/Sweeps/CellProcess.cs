using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Results;

namespace DynamosStream.Host.Sweeps;

/// <summary>A cell in a process of its own: what ends it ends no other.</summary>
/// <remarks>Its standard input is a pipe from here, whose end asks it to stop: also if this process dies no cell goes on alone.</remarks>
internal static class CellProcess
{
    private const int LastLines = 10;
    private const int TailBytes = 1 << 16;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PatienceForLock = TimeSpan.FromSeconds(30);

    /// <summary>Runs the cell, from its last checkpoint on if there is one.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="learned">Told from time to time how many samples are learned.</param>
    /// <param name="stop">Asks it to take a checkpoint and to end; returns when it has.</param>
    /// <returns>Null if it ended well, be it on request; else why not.</returns>
    public static async Task<string?> RunAsync(SweepCell cell, Action<long> learned, CancellationToken stop)
    {
        await UntilFreeAsync(cell.State, stop);
        using var process = new Process { StartInfo = StartInfo(cell.Arguments()) };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return $"it could not be started: {e.Message}";
        }

        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = LastLinesAsync(process.StandardError);
        await using (stop.Register(process.StandardInput.Close))
        {
            var exit = process.WaitForExitAsync(CancellationToken.None);
            while (await Task.WhenAny(exit, Task.Delay(Look, CancellationToken.None)) != exit)
                learned(SamplesLearned(cell.Folder));
        }

        await output;
        var said = await errors;
        return process.ExitCode == 0 ? null : $"exit code {process.ExitCode}{string.Concat(said.Select(line => $"\n  {line}"))}";
    }

    /// <summary>What the last whole line of a run's events says; 0 if there is none.</summary>
    internal static long SamplesLearned(string folder)
    {
        try
        {
            using var file = new FileStream(
                GrowingFile.PartOf(Path.Combine(folder, ResultFolder.EventsName)), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(-Math.Min(file.Length, TailBytes), SeekOrigin.End);
            var tail = new byte[TailBytes];
            var lines = tail.AsSpan(0, file.ReadAtLeast(tail, TailBytes, throwOnEndOfStream: false));
            lines = lines[..Math.Max(lines.LastIndexOf((byte)'\n'), 0)];
            var last = lines[(lines.LastIndexOf((byte)'\n') + 1)..];
            if (last.IsEmpty)
                return 0;
            using var json = JsonDocument.Parse(last.ToArray());
            return json.RootElement.GetProperty("samples").GetInt64();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return 0;
        }
    }

    /// <summary>A cell of a sweep that was killed may still be about to end.</summary>
    private static async Task UntilFreeAsync(string state, CancellationToken stop)
    {
        for (var patience = Stopwatch.StartNew(); CheckpointStore.IsInUse(state) && patience.Elapsed < PatienceForLock;)
            await Task.Delay(Look, stop);
    }

    private static ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        var program = Environment.ProcessPath!;
        // The program is an executable of its own, or 'dotnet' with the program as its first argument.
        string[] first = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Assembly.GetExecutingAssembly().Location] : [];
        return new ProcessStartInfo(program, [.. first, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    private static async Task<IReadOnlyCollection<string>> LastLinesAsync(StreamReader reader)
    {
        var lines = new Queue<string>();
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Enqueue(line);
            if (lines.Count > LastLines)
                lines.Dequeue();
        }

        return lines;
    }
}
