namespace DynamosStream.Tests;

/// <summary>Finds the reference data that lies beside the repository; tests that need it skip without it.</summary>
internal static class SharedFolder
{
    private static readonly string? Root = Find();

    /// <summary>Full path of <paramref name="relative"/> in the folder; skips the running test where it is absent.</summary>
    public static string Require(string relative)
    {
        var path = Root is null ? null : Path.Combine(Root, relative);
        if (path is null || !(File.Exists(path) || Directory.Exists(path)))
        {
            Assert.Skip($"Reference data '{relative}' is not present beside the repository.");
        }

        return path;
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DynamosStream.sln")))
            {
                var shared = Path.Combine(folder.FullName, "..", "shared");
                return Directory.Exists(shared) ? Path.GetFullPath(shared) : null;
            }
        }

        return null;
    }
}
