using System.CommandLine;
using System.CommandLine.Parsing;
using DynamosStream.Host.Display;
using DynamosStream.Streams;
using Spectre.Console;

namespace DynamosStream.Host.Commands;

/// <summary><c>dynamos data fetch mnist</c>: downloads the files that mnist-360 needs.</summary>
internal static class FetchCommand
{
    private static readonly Option<string?> DataDir = new("--data-dir")
    {
        Description = "Folder that receives the files. [default: $DYNAMOS_DATA, else the user's cache folder, where 'dynamos run' looks]",
        HelpName = "folder",
    };

    private static readonly Option<Uri> Url = new("--url")
    {
        Description = "Address of a folder that holds the four gzipped files.",
        HelpName = "address",
        DefaultValueFactory = _ => MnistDownload.DefaultSource,
        CustomParser = ParseUrl,
    };

    /// <summary>The command <c>fetch</c>.</summary>
    public static Command Create()
    {
        var mnist = new Command("mnist", "Download MNIST: four files, 11 MB. An interrupted download goes on where it ended.")
        {
            DataDir,
            Url,
        };
        mnist.SetAction((parsed, cancellation) =>
            ExecuteAsync(MnistFolder.Resolve(parsed.GetValue(DataDir)), parsed.GetRequiredValue(Url), cancellation));
        return new Command("fetch", "Download a data set.") { mnist };
    }

    private static async Task<int> ExecuteAsync(string folder, Uri source, CancellationToken cancellation)
    {
        var console = Terminal.Open();
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var download = new MnistDownload(client, source);
        try
        {
            await console.Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn())
                .StartAsync(context => download.FetchAsync(folder, new Bars(context), cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new IOException("the download was stopped before its end; the same command goes on from there.");
        }

        var where = folder == MnistFolder.Resolve(null) ? string.Empty : $" --data-dir '{folder}'";
        Console.WriteLine($"MNIST is in '{folder}'. To learn it: dynamos run --stream mnist-360{where}");
        return DynamosCommand.Success;
    }

    private static Uri ParseUrl(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            return url;
        result.AddError($"--url '{text}' is not valid; expected an address that begins with http:// or https://");
        return MnistDownload.DefaultSource;
    }

    /// <summary>A bar for each file, from its first block on.</summary>
    private sealed class Bars(ProgressContext context) : IProgress<DownloadProgress>
    {
        private readonly Dictionary<string, ProgressTask> _bars = [];

        public void Report(DownloadProgress value)
        {
            if (!_bars.TryGetValue(value.File, out var bar))
                _bars[value.File] = bar = context.AddTask(value.File);
            bar.IsIndeterminate = value.Total is null;
            bar.MaxValue = value.Total ?? value.Bytes;
            bar.Value = value.Bytes;
        }
    }
}
