namespace DynamosStream.Host.Tests.Commands;

public sealed class BadArgumentTests
{
    [Theory]
    [InlineData("--colour", "'--colour'", "dynamos --help")]
    [InlineData("run --colour red", "'--colour'", "dynamos run --help")]
    [InlineData("walk", "'walk'", "dynamos --help")]
    [InlineData("run twice", "'twice'", "dynamos run --help")]
    [InlineData("--stream cifar", "--stream 'cifar'", "expected one of glyphs-360, mnist-360")]
    [InlineData("--learner gpt", "--learner 'gpt'", "expected one of sgd, er, der, derpp, dynamos")]
    [InlineData("--buffer many", "--buffer 'many'", "whole number from 1 to 10000000")]
    [InlineData("--buffer 0", "--buffer '0'", "from 1")]
    [InlineData("--buffer -5", "--buffer '-5'", "from 1")]
    [InlineData("--buffer 10000001", "--buffer '10000001'", "to 10000000")]
    [InlineData("--buffer 1.5", "--buffer '1.5'", "whole number")]
    [InlineData("--buffer", "'--buffer'", "dynamos --help")]
    [InlineData("--seed -1", "--seed '-1'", "at least 0")]
    [InlineData("--seed 99999999999999999999", "--seed '99999999999999999999'", "whole number")]
    [InlineData("--limit some", "--limit 'some'", "at least 0")]
    [InlineData("--threads 0", "--threads '0'", "from 1 to 1024")]
    [InlineData("--device gpu", "--device 'gpu'", "expected auto, cpu, cuda or cuda:N")]
    [InlineData("--device cuda:x", "--device 'cuda:x'", "expected auto, cpu, cuda or cuda:N")]
    [InlineData("serve --log-format xml", "--log-format 'xml'", "expected one of text, json")]
    [InlineData("--adwin-delta 0", "--adwin-delta '0'", "from 1e-12 to 0.5")]
    [InlineData("serve --page-hinkley-threshold many", "--page-hinkley-threshold 'many'", "from 1 to 1000000")]
    [InlineData("--seed 1 --seed 2", "'--seed'", "single argument")]
    [InlineData("--out ", "--out ''", "path of a folder")]
    [InlineData("--data-dir ", "--data-dir ''", "path of a folder")]
    [InlineData("data", "command", "dynamos data --help")]
    [InlineData("data fetch", "command", "dynamos data fetch --help")]
    [InlineData("data fetch cifar", "'cifar'", "dynamos data fetch --help")]
    [InlineData("data fetch mnist --url nowhere", "--url 'nowhere'", "http")]
    public async Task Run_BadArgument_OneLineThatNamesItAndExitCode2(string arguments, string named, string expected)
    {
        var outcome = await Dynamos.RunAsync(arguments.Split(' '));
        outcome.AssertFailed(2, named, expected);
    }
}
