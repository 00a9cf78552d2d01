namespace DynamosStream.Host.Commands;

/// <summary>Standard input as a line to the program that started this one: it ends when that closes it or dies.</summary>
internal static class StandardInput
{
    /// <summary>Cancelled at the end of standard input; what is in it is nobody's.</summary>
    public static CancellationToken End()
    {
        var end = new CancellationTokenSource();
        new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            input.CopyTo(Stream.Null);
            end.Cancel();
        })
        { IsBackground = true }.Start();
        return end.Token;
    }
}
