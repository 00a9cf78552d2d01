using System.Net;
using System.Net.Sockets;

namespace DynamosStream.Host.Tests.Commands;

/// <summary>What the user sees of <c>dynamos doctor</c>.</summary>
public sealed class DoctorCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Doctor_AllIsThere_SaysSo()
    {
        var outcome = await Dynamos.RunAsync("doctor", "--state", _folder["state"], "--out", _folder["out"], "--port", $"{FreePort()}");
        outcome.AssertSucceeded();
        Assert.All(
            ["cores", "vectors", "engine", "CUDA       not used: this build has the embedded engine", ".NET", "memory", "state", "out", "port", "data"],
            subject => Assert.Contains(subject, outcome.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("FAIL", outcome.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Doctor_TwoThingsMissing_NamesThemAndWhatToDoAndFails()
    {
        File.WriteAllText(_folder["file"], "");
        var outcome = await Dynamos.RunAsync("doctor", "--state", _folder["file"], "--data-dir", _folder.Path, "--port", $"{FreePort()}");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(["state", "data"], outcome.Output.Split('\n').Where(line => line.StartsWith("FAIL", StringComparison.Ordinal)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
        Assert.Contains("dynamos data fetch mnist", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("To be done first: 2.", outcome.Output, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
