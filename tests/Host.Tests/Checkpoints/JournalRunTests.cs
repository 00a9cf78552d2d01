using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Checkpoints;

/// <summary>A run on samples that came live and are kept in a journal only.</summary>
[Collection(nameof(TinyRun))]
public sealed class JournalRunTests : IDisposable
{
    private const int Samples = 96;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_FaultsAgainAndAgain_EndsAsOneOnTheStreamItselfAndTheJournalShrinks()
    {
        var whole = new TinyRun(_folder["whole"]) { Samples = Samples };
        await whole.RunAsync();

        for (var faultAfter = 8; faultAfter < Samples; faultAfter += 24)
        {
            using var journal = OpenJournal();
            if (journal.Next == 0)
            {
                foreach (var sample in new BandStream(Samples).Read())
                    journal.Append(sample);
            }

            journal.Complete();
            var last = faultAfter;
            var error = await Record.ExceptionAsync(() => Run(journal, last).RunAsync());
            Assert.IsType<InvalidOperationException>(error);
        }

        using var reopened = OpenJournal();
        reopened.Complete();
        var run = Run(reopened, faultAfter: Samples);
        var result = await run.RunAsync();
        Assert.Null(result.HeldOut);
        Assert.Equal(new LedgerCounts(Samples, Samples, 0, Samples, 0, 0, 0), result.Ledger);
        Assert.Equal(whole.Outcome(), run.Outcome());
        Assert.InRange(reopened.First, 1, Samples - 1);
    }

    private Journal OpenJournal() => new(_folder["journal"], new BandStream(0).Description, maxBytes: 40_000);

    private TinyRun Run(Journal journal, int faultAfter) => new(_folder["run"])
    {
        Samples = Samples,
        Stream = journal,
        Every = 8,
        Observe = e =>
        {
            if (e.Samples > faultAfter)
                throw new InvalidOperationException("broken");
        },
    };
}
