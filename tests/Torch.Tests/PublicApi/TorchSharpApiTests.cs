using TorchSharp;

namespace DynamosStream.Tests.PublicApi;

/// <summary>
/// What is written for the engine compiles on TorchSharp: each public member has its counterpart in tests/Torch.Tests/TorchSharp.txt, the
/// signatures that TorchSharp 0.107.0 has for them, inherited ones included.
/// </summary>
/// <remarks>
/// A member that is new here needs its line there, as TorchSharp 0.107.0 declares it; a member that TorchSharp lacks is internal, or stands
/// below with its reason. Lines that no member needs go.
/// </remarks>
public sealed class TorchSharpApiTests
{
    private static readonly Dictionary<string, string> OursAlone = new()
    {
        ["TorchSharp.Scalar: override string ToString()"] = "TorchSharp's is object's and tells the type; the signature is object's, too",
        ["TorchSharp.DisposeScopeManager: static class"] = "TorchSharp's can be instantiated, for nothing",
    };

    [Fact]
    public void PublicSurface_IsOfferedByTorchSharp()
    {
        var ours = PublicSurface.Lines(typeof(torch).Assembly).ToArray();
        var torchSharp = TorchSharpLines().Select(line => (Line: line, Signature: Signature.Parse(line))).ToArray();
        var problems = new List<string>();
        var needed = new HashSet<string>();
        foreach (var line in ours.Where(line => !OursAlone.ContainsKey(line)))
        {
            var signature = Signature.Parse(line);
            var offer = torchSharp.FirstOrDefault(candidate => signature.IsOfferedBy(candidate.Signature)).Line;
            if (offer is null)
            {
                problems.Add("src/Torch    " + line);
                problems.AddRange(torchSharp.Where(candidate => signature.IsNamedAs(candidate.Signature)).Select(near => "  TorchSharp " + near.Line));
            }
            else
            {
                needed.Add(offer);
            }
        }

        problems.AddRange(torchSharp.Where(entry => !needed.Contains(entry.Line)).Select(entry => "not needed   " + entry.Line));
        problems.AddRange(OursAlone.Keys.Except(ours).Select(line => "ours alone, but gone: " + line));
        Assert.Equal("", string.Join('\n', problems));
    }

    [Theory]
    [InlineData("T: static int f(long a, bool b = false)", "T: static int f(long a, bool b = false)", true)]
    [InlineData("T: static int f(long a)", "T: static int f(long a, bool b = false)", true)]
    [InlineData("T: static int f(long a)", "T: static int f(long a, bool b)", false)]
    [InlineData("T: static int f(long a, bool b = false)", "T: static int f(long a)", false)]
    [InlineData("T: static int f(long b, long a)", "T: static int f(long a, long b)", false)]
    [InlineData("T: static int f(long a)", "T: static int f(int a)", false)]
    [InlineData("T: static int f(long a = 0)", "T: static int f(long a = 1)", false)]
    [InlineData("T: static int f(long a = 0)", "T: static int f(long a)", false)]
    [InlineData("T: static int f(Tensor? a)", "T: static int f(Tensor a)", false)]
    [InlineData("T: static int f(Tensor? a)", "T: static int f(Tensor~ a)", true)]
    [InlineData("T: static int f(Tensor a)", "T: static int f(Tensor~ a)", true)]
    [InlineData("T: static int f(params long[] a)", "T: static int f(long[] a)", false)]
    [InlineData("T: static (int, int) f(long a)", "T: static (int, int) f(long a)", true)]
    [InlineData("T: static int f()", "T: int f()", false)]
    [InlineData("T: static int f()", "T: static long f()", false)]
    [InlineData("T: int f()", "U: int f()", false)]
    [InlineData("T: override int f()", "T: virtual int f()", true)]
    [InlineData("T: override int f()", "T: int f()", false)]
    [InlineData("T: virtual int f()", "T: abstract int f()", false)]
    [InlineData("T: protected int f()", "T: int f()", false)]
    [InlineData("T: int p { get; }", "T: int p { get; set; }", true)]
    [InlineData("T: int p { get; set; }", "T: int p { get; }", false)]
    [InlineData("T: int this[long i] { get; }", "T: int this[long j] { get; }", false)]
    [InlineData("T: int f", "T: int f { get; set; }", false)]
    [InlineData("T: sealed class : A<B, C>", "T: sealed class : A<B, C>, D", true)]
    [InlineData("T: sealed class : A, D", "T: sealed class : A", false)]
    [InlineData("T: class", "T: sealed class", false)]
    [InlineData("T: One = 1", "T: One = 2", false)]
    public void IsOfferedBy_OneDifference_MattersOrNot(string ours, string torchSharp, bool offered) =>
        Assert.Equal(offered, Signature.Parse(ours).IsOfferedBy(Signature.Parse(torchSharp)));

    private static string[] TorchSharpLines() => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "TorchSharp.txt"));
}
