using Spectre.Console;

namespace DynamosStream.Host.Display;

/// <summary>Standard output as Spectre sees it.</summary>
internal static class Terminal
{
    /// <summary>A console without colours and moving parts where the output goes to a file or a pipe.</summary>
    public static IAnsiConsole Open() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        Interactive = Console.IsOutputRedirected ? InteractionSupport.No : InteractionSupport.Detect,
    });
}
