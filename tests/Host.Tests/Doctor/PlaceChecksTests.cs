using System.Net;
using System.Net.Sockets;
using DynamosStream.Host.Doctor;

namespace DynamosStream.Host.Tests.Doctor;

public sealed class PlaceChecksTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("not/there/yet")]
    public void Folder_CanBeWritten_IsGoodAndLeftAsItWas(string name)
    {
        var finding = PlaceChecks.Folder("state", _folder[name]);
        Assert.Equal((Health.Good, "state"), (finding.Health, finding.Subject));
        Assert.Contains("MiB free", finding.Text, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("file/below")]
    public void Folder_IsAFile_IsBad(string name)
    {
        File.WriteAllText(_folder["file"], "");
        var finding = PlaceChecks.Folder("state", _folder[name]);
        Assert.Equal(Health.Bad, finding.Health);
        Assert.Contains($"'{_folder["file"]}' is a file", finding.Text, StringComparison.Ordinal);
        Assert.NotNull(finding.Remedy);
    }

    [Fact]
    public void Folder_CannotBeWritten_IsBad()
    {
        // Nobody makes files in /proc, not even root.
        var finding = PlaceChecks.Folder("out", "/proc/dynamos");
        Assert.Equal(Health.Bad, finding.Health);
        Assert.Contains("'/proc/dynamos' cannot be written", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Port_TakenAndFreeAgain_IsBadThenGood()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var finding = PlaceChecks.Port(port);
        Assert.Equal(Health.Bad, finding.Health);
        Assert.Contains("--port", finding.Remedy, StringComparison.Ordinal);
        listener.Stop();
        Assert.Equal(Health.Good, PlaceChecks.Port(port).Health);
    }

    [Fact]
    public void Data_FolderWithoutMnist_IsBadAndSaysHowToGetIt()
    {
        var finding = PlaceChecks.Data(_folder.Path);
        Assert.Equal(Health.Bad, finding.Health);
        Assert.Contains(_folder.Path, finding.Text, StringComparison.Ordinal);
        Assert.Contains("dynamos data fetch mnist", finding.Remedy, StringComparison.Ordinal);
    }
}
