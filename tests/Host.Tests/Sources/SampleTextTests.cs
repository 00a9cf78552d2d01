using System.Text;
using DynamosStream.Host.Sources;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Sources;

public sealed class SampleTextTests
{
    private static readonly string Sixteen = SourceTest.Features(0.5f);

    [Fact]
    public void Read_Json_IsWhatPostSamplesTakes()
    {
        var samples = Read(
            TextForm.Json,
            $$"""{"label":1,"features":[{{Sixteen}}]}""",
            $$"""  {"id":"a","bytes":"{{Convert.ToBase64String(new byte[16])}}"}  """,
            string.Empty,
            """{"id":"a","label":"cat"}""");
        Assert.Equal([(1, null, 16), (Sample.NoLabel, "a", 16), (2, "a", 0)], samples.Select(sample => (sample.Label, sample.Id, sample.Features.Length)));
        Assert.All(samples, sample => Assert.Null(sample.Rejection));
    }

    [Theory]
    [InlineData("{\"label\":1", "line 3: it is not valid JSON (line 3, byte")]
    [InlineData("[]", "line 3: it is a list; expected an object")]
    [InlineData("{\"label\":3,\"features\":[]}", "line 3: its label is 3; expected 0 to 2, or one of ant, bee, cat")]
    [InlineData("{\"label\":1,\"features\":[1,2]}", "line 3: it has 2 features; expected 16 (1x4x4)")]
    [InlineData("{\"label\":1}", "line 3: it has neither features nor id")]
    [InlineData("{\"bytes\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}", "line 3: it has neither label nor id")]
    [InlineData("{\"id\":\"a\"}", "line 3: it has an id, but neither features nor label")]
    [InlineData("{\"id\":\"\\ud800\",\"label\":1}", "line 3: it holds half a surrogate pair; expected valid Unicode")]
    public void Read_BadJson_IsRejectedNamingItsLine(string line, string reason)
    {
        var samples = Read(TextForm.Json, SourceTest.Json(0, 1), SourceTest.Json(1, 1), line, SourceTest.Json(2, 1));
        Assert.Equal([true, true, false, true], samples.Select(sample => sample.Rejection is null));
        Assert.StartsWith(reason, samples[2].Rejection, StringComparison.Ordinal);
        Assert.Equal(line, Encoding.UTF8.GetString(samples[2].Encoded.Span));
        Assert.Equal([0L, 1, 2, 3], samples.Select(sample => sample.Position));
    }

    [Theory]
    [InlineData("", "2,{0}", 2, null)]
    [InlineData("", "cat,{0}", 2, null)]
    [InlineData("label,a,b", "1,{0}", 1, null)]
    [InlineData("\uFEFFlabel,a,b", "1,{0}", 1, null)]
    [InlineData("label,id,a,b", "1,x-1,{0}", 1, "x-1")]
    [InlineData("id,label,a,b", "x-1,1,{0}", 1, "x-1")]
    [InlineData("\"id\" , \"label\" , \"a\"", " \"x, \"\"1\"\"\" , \"bee\" , {0} ", 1, "x, \"1\"")]
    [InlineData("id,a,b", "x-1,{0}", Sample.NoLabel, "x-1")]
    [InlineData("id,label,a,b", "x-1,,{0}", Sample.NoLabel, "x-1")]
    [InlineData("id,label,a,b", ",2,{0}", 2, null)]
    public void Read_Csv_TakesLabelAndIdFromWhereTheHeaderSays(string header, string line, int label, string? id)
    {
        string[] lines = [.. header.Length == 0 ? Array.Empty<string>() : [header], string.Format(System.Globalization.CultureInfo.InvariantCulture, line, Sixteen) + "\r"];
        var sample = Assert.Single(Read(TextForm.Csv, lines));
        Assert.Equal((null, label, id, 16), (sample.Rejection, sample.Label, sample.Id, sample.Features.Length));
        Assert.All(sample.Features.ToArray(), feature => Assert.Equal(0.5f, feature));
    }

    [Fact]
    public void Read_CsvOfIdAndLabelAlone_IsTheLabelOfASampleThatCameBefore()
    {
        var samples = Read(TextForm.Csv, "id,label,a", $"x,,{Sixteen}", "x,bee");
        Assert.Equal([(Sample.NoLabel, "x", 16), (1, "x", 0)], samples.Select(sample => (sample.Label, sample.Id!, sample.Features.Length)));
    }

    [Fact]
    public void Read_CsvOfBytes_Are255ths()
    {
        var sample = Assert.Single(Read(TextForm.CsvBytes, $"0,{string.Join(',', Enumerable.Range(240, 16))}"));
        Assert.Equal(Enumerable.Range(240, 16).Select(value => value / 255f), sample.Features.ToArray());
    }

    [Theory]
    [InlineData(TextForm.Csv, "1,2,3", "line 2: it has 3 fields; expected 18: id, label and 16 features (1x4x4)")]
    [InlineData(TextForm.Csv, "x,fox,{0}", "line 2: its label is 'fox'; expected 0 to 2, or one of ant, bee, cat")]
    [InlineData(TextForm.Csv, "x,3,{0}", "line 2: its label is '3'; expected 0 to 2")]
    [InlineData(TextForm.Csv, ",,{0}", "line 2: it has neither label nor id")]
    [InlineData(TextForm.Csv, ",1", "line 2: it has neither features nor id")]
    [InlineData(TextForm.Csv, "x,", "line 2: it has an id, but neither features nor label")]
    [InlineData(TextForm.Csv, "x,1,nan,{1}", "line 2: its feature 0 is 'nan'; expected a finite number")]
    [InlineData(TextForm.Csv, "x,1,{1},1e99", "line 2: its feature 15 is '1e99'; expected a finite number")]
    [InlineData(TextForm.Csv, "x,1,{1},", "line 2: its feature 15 is ''; expected a finite number")]
    [InlineData(TextForm.CsvBytes, "x,1,{0}", "line 2: its feature 0 is '0.5'; expected a whole number from 0 to 255")]
    [InlineData(TextForm.Csv, "\"x,1,{0}", "line 2: its field 1 has no closing quote")]
    [InlineData(TextForm.Csv, "\"x\"y,1,{0}", "line 2: its field 1 goes on after its closing quote")]
    public void Read_BadCsv_IsRejectedNamingItsLine(object form, string line, string reason)
    {
        line = string.Format(System.Globalization.CultureInfo.InvariantCulture, line, Sixteen, Sixteen[4..]);
        var good = $"y,1,{string.Join(',', Enumerable.Repeat("1", 16))}";
        var samples = Read((TextForm)form, "id,label,a,b", line, good);
        Assert.Equal([false, true], samples.Select(sample => sample.Rejection is null));
        Assert.StartsWith(reason, samples[0].Rejection, StringComparison.Ordinal);
    }

    private static Sample[] Read(TextForm form, params string[] lines)
    {
        var text = new SourceTest().Context.Read(form);
        var samples = new List<Sample>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (text.Read(new Line(0, i + 1, Encoding.UTF8.GetBytes(lines[i]), null), samples.Count) is { } sample)
                samples.Add(sample);
        }

        return [.. samples];
    }
}
