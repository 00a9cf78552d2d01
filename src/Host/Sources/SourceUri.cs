using System.Net;
using System.Net.Http.Headers;
using System.Text;
using DynamosStream.Streams;

namespace DynamosStream.Host.Sources;

/// <summary>Names a source, as <c>file:samples.ndjson</c> or <c>csv+tcp://host:9000</c>; docs/sources.md describes all.</summary>
internal sealed class SourceUri
{
    private const string Kinds = "stdin, file:PATH, tail:PATH, dir:PATH, tcp://HOST:PORT, http://, https://, ws://, wss://, amqp://HOST/QUEUE or amqps://HOST/QUEUE, with csv+ or csv-bytes+ before it for CSV";
    private const string BeforeServer = "://";

    private readonly Func<string, SourceContext, ISampleSource> _open;

    private SourceUri(string name, Func<string, SourceContext, ISampleSource> open) => (Name, _open) = (name, open);

    /// <summary>What journal, logs and errors call it: without user, password and query, which may hold secrets.</summary>
    public string Name { get; }

    /// <summary>Makes the source.</summary>
    public ISampleSource Open(SourceContext context) => _open(Name, context);

    /// <exception cref="FormatException">It names no source; tells why, and nothing that is secret.</exception>
    public static SourceUri Parse(string text)
    {
        var (form, kind) = After("csv+", text) is { } csv ? (TextForm.Csv, csv)
            : After("csv-bytes+", text) is { } bytes ? (TextForm.CsvBytes, bytes)
            : (TextForm.Json, text);
        if (kind == "stdin")
            return new SourceUri(text, (name, context) => new StandardInputSource(name, form, context, Console.OpenStandardInput));
        if (After("file:", kind) is { } file)
            return OfFile(text, file, form, (name, context) => new FileSource(name, file, form, context));
        if (After("tail:", kind) is { } followed)
            return OfFile(text, followed, form, (name, context) => new TailSource(name, followed, form, context));
        if (After("dir:", kind) is { Length: > 0 } folder && form == TextForm.Json)
            return new SourceUri(text, (name, context) => new FolderSource(name, folder, context));
        var uri = OfServer(kind, WithoutSecrets(text));
        return new SourceUri(WithoutSecrets(text), uri.Scheme switch
        {
            "tcp" when uri is { Port: > 0, PathAndQuery: "/", UserInfo: "" } =>
                (name, context) => new TcpSource(name, new DnsEndPoint(uri.IdnHost, uri.Port), form, context),
            "http" or "https" => (name, context) => new HttpSource(name, uri, form, context),
            "ws" or "wss" => (name, context) => new WebSocketSource(name, uri, form, context),
            "amqp" or "amqps" when uri.AbsolutePath.Split('/') is ["", .. var path] && path.Length is 1 or 2 && path.All(part => part.Length > 0) => OfQueue(uri, path, form),
            _ => throw Unknown(WithoutSecrets(text)),
        });
    }

    /// <summary>What a server is told of the user that a URI names; null for none.</summary>
    public static AuthenticationHeaderValue? AuthorizationOf(Uri uri) => uri.UserInfo.Length == 0
        ? null
        : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(uri.UserInfo))));

    private static SourceUri OfFile(string text, string path, TextForm form, Func<string, SourceContext, ISampleSource> open)
    {
        if (path.Length == 0)
            throw new FormatException($"source '{text}' names no file; expected the path of one");
        if (form == TextForm.Json && path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            throw new FormatException($"source '{text}' would be read as NDJSON; expected csv+{text} or csv-bytes+{text}");
        return new SourceUri(text, open);
    }

    private static Func<string, SourceContext, ISampleSource> OfQueue(Uri uri, string[] path, TextForm form)
    {
        var broker = new UriBuilder(uri) { Path = path.Length == 2 ? path[0] : string.Empty, Query = string.Empty }.Uri;
        return (name, context) => new RabbitSource(name, broker, Uri.UnescapeDataString(path[^1]), form, context);
    }

    private static Uri OfServer(string text, string name)
    {
        if (!text.Contains(BeforeServer, StringComparison.Ordinal) || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            throw Unknown(name);

        // So that what is secret can be told from what is not.
        if (uri.PathAndQuery.Contains('@') || uri.Fragment.Length > 0)
            throw new FormatException($"source '{name}' has a @ or # after its host; expected %40 or %23, there and in a password");
        return uri;
    }

    private static FormatException Unknown(string name) => new($"source '{name}' is not known; expected {Kinds}");

    private static string WithoutSecrets(string text)
    {
        if (text.IndexOf(BeforeServer, StringComparison.Ordinal) is not (>= 0 and var at))
            return text;
        at += BeforeServer.Length;
        var server = text[(Math.Max(text.LastIndexOf('@'), at - 1) + 1)..];
        return text[..at] + (server.IndexOfAny(['?', '#']) is >= 0 and var end ? server[..end] : server);
    }

    private static string? After(string beginning, string text) => text.StartsWith(beginning, StringComparison.Ordinal) ? text[beginning.Length..] : null;
}
