using System.Security.Cryptography;
using System.Text;

namespace DynamosStream.Host.Http;

/// <summary>A secret that a client must know. It never shows itself, and comparing takes the same time whatever is wrong.</summary>
internal sealed class ApiKey
{
    public const string Variable = "DYNAMOS_API_KEY";

    private const int ShortestKey = 16;

    private readonly byte[] _hash;

    /// <param name="key">At least 16 characters.</param>
    /// <param name="where">Where it is from, for the error.</param>
    /// <exception cref="InvalidDataException">It is too short.</exception>
    public ApiKey(string key, string where)
    {
        if (key.Length < ShortestKey)
            throw new InvalidDataException($"the API key in {where} has {key.Length} characters; expected at least {ShortestKey}.");
        _hash = Hash(key);
    }

    /// <summary>The key from a file or, without one, from the environment; null if there is none.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The key is too short.</exception>
    public static ApiKey? Find(string? file)
    {
        if (file is not null)
            return new ApiKey(File.ReadAllText(file).Trim(), $"'{file}'");
        return Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } key ? new ApiKey(key, Variable) : null;
    }

    public bool Is(string candidate) => CryptographicOperations.FixedTimeEquals(_hash, Hash(candidate));

    public override string ToString() => "(secret)";

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
