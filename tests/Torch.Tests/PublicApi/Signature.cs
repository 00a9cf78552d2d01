using System.Text.RegularExpressions;

namespace DynamosStream.Tests.PublicApi;

/// <summary>A line of <see cref="PublicSurface"/>, taken apart.</summary>
/// <remarks>In TorchSharp's signatures a <c>~</c> after a type says that its sources leave open whether null is allowed.</remarks>
internal sealed partial class Signature
{
    private static readonly string[] Overriding = ["abstract", "virtual", "override"];

    private readonly string _owner;
    private readonly char _kind;
    private readonly string _head;
    private readonly string? _overriding;
    private readonly string[] _parts;

    private Signature(string owner, char kind, string head, string[] parts)
    {
        var words = head.Split(' ');
        _overriding = kind == 'T' ? null : words.FirstOrDefault(Overriding.Contains);
        (_owner, _kind, _parts) = (owner, kind, parts);
        _head = _overriding is null ? head : string.Join(' ', words.Where(word => word != _overriding));
    }

    /// <summary>Takes a line apart: type, what comes before the list, and the list: parameters, accessors or bases.</summary>
    public static Signature Parse(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        var (owner, text) = (line[..colon], line[(colon + 2)..]);
        if (TypeHead().Match(text) is { Success: true } type)
        {
            return new Signature(owner, 'T', type.Value, Split(text[type.Length..].TrimStart(' ', ':')));
        }

        if (text.EndsWith('}'))
        {
            var brace = text.LastIndexOf('{');
            return new Signature(owner, 'P', text[..brace].TrimEnd(), text[(brace + 1)..^1].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }

        if (!text.EndsWith(')'))
        {
            return new Signature(owner, 'F', text, []);
        }

        var open = text.Length;
        for (var depth = 0; depth >= 0 && open > 0;)
        {
            depth += text[--open] switch { ')' => 1, '(' => -1, _ => 0 };
            if (depth == 0)
            {
                break;
            }
        }

        return new Signature(owner, 'M', text[..open], Split(text[(open + 1)..^1]));
    }

    /// <summary>
    /// Whether code that compiles on this member compiles on TorchSharp's: the same but for what this one may lack, namely trailing optional
    /// parameters, accessors and bases.
    /// </summary>
    public bool IsOfferedBy(Signature torchSharp)
    {
        if (_owner != torchSharp._owner || _kind != torchSharp._kind || !Same(_head, torchSharp._head)
            || (_overriding is not null && torchSharp._overriding is null)
            || (_overriding is not "abstract" && torchSharp._overriding is "abstract"))
        {
            return false;
        }

        return _kind == 'M'
            ? _parts.Length <= torchSharp._parts.Length
                && _parts.Zip(torchSharp._parts).All(pair => Same(pair.First, pair.Second))
                && torchSharp._parts[_parts.Length..].All(parameter => parameter.Contains(" = ", StringComparison.Ordinal))
            : _parts.All(part => torchSharp._parts.Any(other => Same(part, other)));
    }

    /// <summary>Whether this is a member of the same type with the same name.</summary>
    public bool IsNamedAs(Signature other) => _owner == other._owner && Name().Match(_head).Value == Name().Match(other._head).Value;

    private static bool Same(string ours, string torchSharp) =>
        Regex.IsMatch(ours, $"^{Regex.Escape(torchSharp).Replace("~", "\\??", StringComparison.Ordinal)}$");

    private static string[] Split(string list)
    {
        var (parts, depth, start) = (new List<string>(), 0, 0);
        for (var i = 0; i < list.Length; i++)
        {
            depth += list[i] switch { '<' or '(' or '[' => 1, '>' or ')' or ']' => -1, _ => 0 };
            if (depth == 0 && list[i] == ',')
            {
                parts.Add(list[start..i]);
                start = i + 2;
            }
        }

        return list.Length == 0 ? [] : [.. parts, list[start..]];
    }

    [GeneratedRegex("^((static|abstract|sealed) )*(class|struct|interface|enum)(?= : |$)")]
    private static partial Regex TypeHead();

    [GeneratedRegex(@"\w+(?=(<[^<>]*>)?$)")]
    private static partial Regex Name();
}
