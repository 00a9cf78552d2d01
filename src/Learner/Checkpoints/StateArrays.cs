using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DynamosStream.Learner;

/// <summary>The state of a run as named arrays: each part puts what it needs to go on as if it had never stopped, and takes it back.</summary>
public sealed class StateArrays
{
    private readonly SortedDictionary<string, StateArray> _arrays;
    private readonly string _prefix;

    /// <summary>No arrays yet.</summary>
    public StateArrays()
        : this(new(StringComparer.Ordinal), string.Empty)
    {
    }

    private StateArrays(SortedDictionary<string, StateArray> arrays, string prefix) => (_arrays, _prefix) = (arrays, prefix);

    /// <summary>Every array of this part by name, in ordinal order; those taken are gone.</summary>
    public IEnumerable<(string Name, StateArray Array)> All => _arrays
        .Where(entry => entry.Key.StartsWith(_prefix, StringComparison.Ordinal))
        .Select(entry => (entry.Key[_prefix.Length..], entry.Value));

    /// <summary>The same arrays, for a part whose names begin with <paramref name="part"/> and a dot.</summary>
    public StateArrays Under(string part) => new(_arrays, $"{_prefix}{part}.");

    /// <summary>Adds an array.</summary>
    /// <exception cref="ArgumentException">The name is in use.</exception>
    public void Put(string name, StateArray array) => _arrays.Add(_prefix + name, array);

    /// <summary>Adds an array of numbers.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Floats, doubles, longs or bytes; not copied.</param>
    /// <param name="shape">Its dimensions; none for a single number.</param>
    public void Put<T>(string name, T[] values, params ReadOnlySpan<long> shape)
        where T : unmanaged => Put(name, new StateArray(values, shape));

    /// <summary>Removes an array.</summary>
    /// <exception cref="InvalidDataException">There is none of this name.</exception>
    public StateArray Take(string name) => _arrays.Remove(_prefix + name, out var array)
        ? array
        : throw new InvalidDataException($"The state lacks '{_prefix + name}'.");

    /// <summary>Removes an array of numbers of one type and shape.</summary>
    /// <exception cref="InvalidDataException">It is missing, of another type or shape, or a number in it is not finite.</exception>
    public T[] Take<T>(string name, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        var array = Take(name);
        if (array.Values<T>() is not { } values || !shape.SequenceEqual([.. array.Shape]))
        {
            var expected = $"{new StateArray(Array.Empty<T>(), 0).DType} [{string.Join(", ", shape.ToArray())}]";
            throw new InvalidDataException($"'{_prefix + name}' is {array.DType} {array.ShapeText}; expected {expected}.");
        }

        if (values is float[] floats && !floats.All(float.IsFinite) || values is double[] doubles && !doubles.All(double.IsFinite))
            throw new InvalidDataException($"'{_prefix + name}' holds a number that is not finite.");
        return values;
    }

    /// <summary>Removes a single whole number.</summary>
    /// <exception cref="InvalidDataException">It is missing, no whole number, or below 0.</exception>
    public long TakeCount(string name)
    {
        var count = Take<long>(name)[0];
        return count >= 0 ? count : throw new InvalidDataException($"'{_prefix + name}' is {count}; expected at least 0.");
    }

    /// <summary>Checks that nothing is left that no part asked for.</summary>
    /// <exception cref="InvalidDataException">An array was not taken; names it.</exception>
    public void RequireAllTaken()
    {
        if (_arrays.Count > 0)
            throw new InvalidDataException($"The state holds '{_arrays.First().Key}', which nothing here knows.");
    }

    /// <summary>The same arrays in a list of their own: taking from one leaves the other.</summary>
    internal StateArrays Copy() => new(new(_arrays, StringComparer.Ordinal), _prefix);

    /// <summary>SHA-256 of all names, types, shapes and numbers: equal states have equal hashes.</summary>
    public string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, array) in All)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}\n{array.DType} {array.ShapeText}\n")));
            for (var piece = 0; piece < array.Pieces; piece++)
                hash.AppendData(array.Piece(piece));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
