using System.Diagnostics;

namespace DynamosStream.Host.Tests.Commands;

/// <summary>Runs the built program in a process of its own, as a user would.</summary>
internal static class Dynamos
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs it to its end.</summary>
    public static async Task<Outcome> RunAsync(params string[] args)
    {
        using var process = Start(args);
        return await EndAsync(process);
    }

    /// <summary>Starts it; <see cref="EndAsync"/> must follow.</summary>
    public static Process Start(params string[] args) => Start(new Dictionary<string, string>(), args);

    /// <summary>The same with environment variables that differ.</summary>
    public static Process Start(IReadOnlyDictionary<string, string> environment, string[] args)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "dynamos.dll"));
        foreach (var arg in args)
            start.ArgumentList.Add(arg);
        start.Environment.Remove("DYNAMOS_DATA");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Waits for its end.</summary>
    public static async Task<Outcome> EndAsync(Process process)
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return new Outcome(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dynamos did not end within {Patience}.");
        }
    }

    /// <summary>How it ended.</summary>
    internal sealed record Outcome(int ExitCode, string Output, string Error)
    {
        /// <summary>Asserts that it failed with one line that says what was wrong, and showed nothing else.</summary>
        public void AssertFailed(int exitCode, params string[] said)
        {
            Assert.StartsWith("dynamos: ", Error, StringComparison.Ordinal);
            Assert.Single(Error.TrimEnd('\r', '\n').Split('\n'));
            Assert.All(said, part => Assert.Contains(part, Error, StringComparison.Ordinal));
            Assert.Empty(Output);
            Assert.Equal(exitCode, ExitCode);
        }

        /// <summary>Asserts that it succeeded without complaint.</summary>
        public void AssertSucceeded()
        {
            Assert.Empty(Error);
            Assert.Equal(0, ExitCode);
        }
    }
}
