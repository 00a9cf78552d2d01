using Spectre.Console;

namespace DynamosStream.Host.Display;

/// <summary>Shows a sweep's progress until it has ended: lines that change on a terminal, else a line a cell and now and then one for the whole.</summary>
internal static class SweepDisplay
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    public static async Task<T> ShowAsync<T>(IAnsiConsole console, SweepProgress progress, Func<Task<T>> start)
    {
        Task<T> sweep;
        if (console.Profile.Capabilities.Ansi)
        {
            sweep = start();
            await console.Live(Text(progress)).StartAsync(context => UntilEndAsync(sweep, Refresh, () => context.UpdateTarget(Text(progress))));
        }
        else
        {
            progress.Ended += Console.WriteLine;
            sweep = start();
            await UntilEndAsync(sweep, Pause, () => Console.WriteLine(string.Join(Environment.NewLine, progress.Lines())));
        }

        return await sweep;
    }

    private static Text Text(SweepProgress progress) => new(string.Join('\n', progress.Lines()));

    private static async Task UntilEndAsync(Task sweep, TimeSpan pause, Action show)
    {
        while (await Task.WhenAny(sweep, Task.Delay(pause)) != sweep)
            show();
    }
}
