using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using DynamosStream.Host.Commands;
using DynamosStream.Host.Http;
using DynamosStream.Host.Tests.Fakes;

namespace DynamosStream.Host.Tests.Deploying;

/// <summary>What the Dockerfile says agrees with itself and with the program.</summary>
[Collection(nameof(TinyRun))]
public sealed class DockerfileTests
{
    private static readonly (string Name, string Value)[] Lines =
    [
        .. RepositoryFiles.ReadLines("Dockerfile").Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ', 2)).Select(parts => (parts[0], parts[1])),
    ];

    [Fact]
    public void EntryPoint_TheProgram_IsWhatWasPublishedAndCopied()
    {
        var publish = Regex.Match(Values("RUN").First(run => run.Contains("publish", StringComparison.Ordinal)), @"dotnet publish (\S+) -c Release -o (\S+)");
        var (project, folder) = (publish.Groups[1].Value, publish.Groups[2].Value);
        Assert.Single(Directory.GetFiles(Path.Combine(RepositoryFiles.Root, project), "*.csproj"));
        Assert.Contains($"--from=build {folder} {folder}", Values("COPY"));
        Assert.Equal(["dotnet", $"{folder}/{typeof(DynamosCommand).Assembly.GetName().Name}.dll"], Words("ENTRYPOINT"));
    }

    [Fact]
    public void Command_AsGiven_IsUnderstoodAndListensWhereThePortIsExposed()
    {
        var parsed = DynamosCommand.Create().Parse(Words("CMD"));
        Assert.Empty(parsed.Errors);
        Assert.Contains($"http://0.0.0.0:{ServeOptions.DefaultPort}", Words("CMD"));
        Assert.Equal($"{ServeOptions.DefaultPort}", Assert.Single(Values("EXPOSE")));
        Assert.Contains($"/dev/tcp/127.0.0.1/{ServeOptions.DefaultPort} ", Assert.Single(Values("HEALTHCHECK")), StringComparison.Ordinal);
    }

    [Fact]
    public void State_AsGiven_IsTheVolumeAndBelongsToWhoRunsTheProgram()
    {
        var state = Words("CMD")[^1];
        Assert.Equal("--state", Words("CMD")[^2]);
        Assert.Equal(state, Assert.Single(Values("VOLUME")));
        Assert.Contains($"mkdir {state} && chown $APP_UID:$APP_UID {state}", Values("RUN"));
        Assert.Equal("$APP_UID", Assert.Single(Values("USER")));
        Assert.True(Array.FindIndex(Lines, line => line.Name == "USER") < Array.FindIndex(Lines, line => line.Name == "ENTRYPOINT"));
    }

    [Fact]
    public async Task HealthCheck_ServiceRunsThenIsGone_SucceedsThenFails()
    {
        await using var service = await ServeProcess.StartAsync();
        Assert.Equal(0, await HealthAsync(service.Port));
        await service.StopAsync();
        Assert.NotEqual(0, await HealthAsync(service.Port));
    }

    private static async Task<int> HealthAsync(int port)
    {
        var value = Assert.Single(Values("HEALTHCHECK"));
        var command = JsonSerializer.Deserialize<string[]>(value[value.IndexOf('[', StringComparison.Ordinal)..])!;
        var words = command.Select(word => word.Replace($"/{ServeOptions.DefaultPort} ", $"/{port} ", StringComparison.Ordinal)).ToArray();
        using var check = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true })!;
        await check.WaitForExitAsync(TestContext.Current.CancellationToken);
        return check.ExitCode;
    }

    private static IEnumerable<string> Values(string name) => Lines.Where(line => line.Name == name).Select(line => line.Value);

    private static string[] Words(string name) => JsonSerializer.Deserialize<string[]>(Assert.Single(Values(name)))!;
}
