using DynamosStream.Host.Sources;
using DynamosStream.Host.Tests.Commands;

namespace DynamosStream.Host.Tests.Sources;

public sealed class SourceUriTests
{
    [Theory]
    [InlineData("stdin", "stdin")]
    [InlineData("csv+stdin", "csv+stdin")]
    [InlineData("file:a b#c?.ndjson", "file:a b#c?.ndjson")]
    [InlineData("csv-bytes+file:mnist_train.csv", "csv-bytes+file:mnist_train.csv")]
    [InlineData("tail:/var/log/samples", "tail:/var/log/samples")]
    [InlineData("tcp://localhost:9000", "tcp://localhost:9000")]
    [InlineData("csv+tcp://[::1]:9000", "csv+tcp://[::1]:9000")]
    [InlineData("dir:images", "dir:images")]
    [InlineData("https://me:geheim@host/stream?token=geheim", "https://host/stream")]
    [InlineData("csv+ws://host:81/a/b", "csv+ws://host:81/a/b")]
    [InlineData("amqp://me:geheim@broker:5673/samples", "amqp://broker:5673/samples")]
    [InlineData("amqps://me:geheim@broker/samples", "amqps://broker/samples")]
    [InlineData("csv+amqp://me:geheim@broker/%2Fteam/samples?x=geheim", "csv+amqp://broker/%2Fteam/samples")]
    public void Parse_Good_HasANameWithoutSecrets(string text, string name) => Assert.Equal(name, SourceUri.Parse(text).Name);

    [Theory]
    [InlineData("", "expected stdin, file:PATH")]
    [InlineData("kafka://host", "source 'kafka://host' is not known")]
    [InlineData("samples.ndjson", "expected stdin, file:PATH")]
    [InlineData("file:", "names no file")]
    [InlineData("file:a.csv", "expected csv+file:a.csv or csv-bytes+file:a.csv")]
    [InlineData("tail:A.CSV", "expected csv+tail:A.CSV")]
    [InlineData("tcp://host", "is not known")]
    [InlineData("tcp://host:0", "is not known")]
    [InlineData("tcp://host:9000/path", "is not known")]
    [InlineData("tcp://user:geheim@host:9000", "source 'tcp://host:9000' is not known")]
    [InlineData("ftp://user:geheim@host", "source 'ftp://host' is not known")]
    [InlineData("ftp://user:ge/geheim@heim@host/x?token=geheim", "source 'ftp://host/x' is not known")]
    [InlineData("tcp://user:12/geheim@host:9000", "source 'tcp://host:9000' has a @ or # after its host; expected %40 or %23")]
    [InlineData("tcp://user:geheim@", "source 'tcp://' is not known")]
    [InlineData("csv+dir:images", "source 'csv+dir:images' is not known")]
    [InlineData("https://me:geheim@", "source 'https://' is not known")]
    [InlineData("amqp://me:geheim@broker", "source 'amqp://broker' is not known")]
    [InlineData("amqp://me:geheim@broker/a/b/c", "source 'amqp://broker/a/b/c' is not known")]
    public void Parse_Bad_TellsWhatWasExpectedAndNothingSecret(string text, string reason)
    {
        var error = Assert.Throws<FormatException>(() => SourceUri.Parse(text));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve --source nowhere", "--source is not valid: source 'nowhere' is not known")]
    [InlineData("serve --source ftp://me:geheim@host", "'ftp://host'")]
    [InlineData("serve --source file:a --source file:a", "--source 'file:a' is given twice")]
    public async Task Serve_BadSource_OneLineThatNamesItAndExitCode2(string arguments, string said)
    {
        var outcome = await Dynamos.RunAsync(arguments.Split(' '));
        outcome.AssertFailed(2, said, "dynamos serve --help");
        Assert.DoesNotContain("geheim", outcome.Error, StringComparison.Ordinal);
    }
}
