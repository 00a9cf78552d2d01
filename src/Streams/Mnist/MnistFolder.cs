namespace DynamosStream.Streams;

/// <summary>Where MNIST's files lie.</summary>
public static class MnistFolder
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string EnvironmentVariable = "DYNAMOS_DATA";

    /// <summary>The folder to read: the argument, else the environment variable's value, else the user's cache folder.</summary>
    /// <param name="dataDir">Folder given by the user; null or empty when none was.</param>
    public static string Resolve(string? dataDir) => Resolve(dataDir, Environment.GetEnvironmentVariable);

    internal static string Resolve(string? dataDir, Func<string, string?> environment)
    {
        if (!string.IsNullOrEmpty(dataDir))
            return dataDir;
        return environment(EnvironmentVariable) is { Length: > 0 } folder ? folder : Path.Combine(Cache(environment), "dynamos", "mnist");
    }

    private static string Cache(Func<string, string?> environment)
    {
        if (OperatingSystem.IsWindows())
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);

        // The XDG specification has relative values ignored.
        return environment("XDG_CACHE_HOME") is { } cache && Path.IsPathRooted(cache)
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
    }
}
