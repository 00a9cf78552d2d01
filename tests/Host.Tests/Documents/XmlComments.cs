using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DynamosStream.Host.Tests.Documents;

/// <summary>What the compiler wrote of a member's comment beside the assembly.</summary>
internal static partial class XmlComments
{
    private static readonly Dictionary<Assembly, XDocument> Files = [];

    /// <summary>The summary of a property, as Markdown on one line.</summary>
    public static string SummaryOf(PropertyInfo property)
    {
        var assembly = property.DeclaringType!.Assembly;
        if (!Files.TryGetValue(assembly, out var file))
            Files[assembly] = file = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"));
        var name = $"P:{property.DeclaringType.FullName}.{property.Name}";
        var summary = file.Descendants("member").First(member => (string?)member.Attribute("name") == name).Element("summary")!;
        return Spaces().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim();
    }

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement element when (string?)element.Attribute("cref") is { } reference => $"`{Reference(reference)}`",
        XElement element => element.Value,
        _ => string.Empty,
    };

    /// <summary>The last name, with its type's where it is of another.</summary>
    private static string Reference(string reference) => reference.Split('.') is var parts && reference.StartsWith("T:", StringComparison.Ordinal) ? parts[^1] : string.Join('.', parts[^2..]);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
