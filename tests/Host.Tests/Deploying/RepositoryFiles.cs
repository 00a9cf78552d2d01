namespace DynamosStream.Host.Tests.Deploying;

/// <summary>Files of the repository that no build copies.</summary>
internal static class RepositoryFiles
{
    /// <summary>The repository's folder: the one above these tests that holds the solution.</summary>
    public static string Root { get; } = Find();

    public static string[] ReadLines(string path) => File.ReadAllLines(Path.Combine(Root, path));

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DynamosStream.sln")))
                return folder.FullName;
        }

        throw new FileNotFoundException("DynamosStream.sln was not found above " + AppContext.BaseDirectory);
    }
}
