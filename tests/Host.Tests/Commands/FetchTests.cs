using System.Net;
using System.Net.Sockets;
using DynamosStream.Tests;

namespace DynamosStream.Host.Tests.Commands;

public sealed class FetchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpListener _server = new();
    private readonly string _address = $"http://127.0.0.1:{FreePort()}/mnist/";

    public void Dispose()
    {
        _server.Close();
        _folder.Dispose();
    }

    [Fact]
    public async Task Fetch_WholeFiles_AreInTheFolderAndRunFindsThem()
    {
        Serve(SharedFolder.Require("data/mnist"));
        var outcome = await Dynamos.RunAsync("data", "fetch", "mnist", "--data-dir", _folder.Path, "--url", _address);
        outcome.AssertSucceeded();
        Assert.Contains(_folder.Path, outcome.Output, StringComparison.Ordinal);
        Assert.Equal(
            ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"],
            _folder.Files());
        var run = await Dynamos.RunAsync("--stream", "mnist-360", "--learner", "sgd", "--data-dir", _folder.Path, "--limit", "16");
        run.AssertSucceeded();
        Assert.Contains("mnist-360: 16 samples", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_NoSuchFile_NamesItAndItsAddress()
    {
        Serve(_folder.Path);
        var outcome = await Dynamos.RunAsync("data", "fetch", "mnist", "--data-dir", _folder["data"], "--url", _address);
        outcome.AssertFailed(1, _address + "train-images-idx3-ubyte.gz", "404");
        Assert.DoesNotContain(_folder.Files("data"), name => name.EndsWith(".gz", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fetch_FolderBelowAFile_NamesIt()
    {
        File.WriteAllText(_folder["file"], "");
        var outcome = await Dynamos.RunAsync("data", "fetch", "mnist", "--data-dir", _folder["file/data"], "--url", _address);
        outcome.AssertFailed(1, _folder["file"]);
    }

    private void Serve(string folder)
    {
        _server.Prefixes.Add(_address);
        _server.Start();
        _ = Task.Run(async () =>
        {
            while (_server.IsListening)
            {
                var context = await _server.GetContextAsync();
                var path = Path.Combine(folder, Path.GetFileName(context.Request.Url!.LocalPath));
                context.Response.StatusCode = File.Exists(path) ? 200 : 404;
                if (File.Exists(path))
                    await context.Response.OutputStream.WriteAsync(await File.ReadAllBytesAsync(path));
                context.Response.Close();
            }
        });
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
