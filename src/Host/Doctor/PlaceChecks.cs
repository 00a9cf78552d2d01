using System.Net;
using System.Net.Sockets;
using DynamosStream.Host.Display;
using DynamosStream.Streams;

namespace DynamosStream.Host.Doctor;

/// <summary>Folders and ports that a learner would use. Nothing of what is tried stays.</summary>
internal static class PlaceChecks
{
    /// <summary>Bytes that the journal of a service takes, which is the most that the defaults write.</summary>
    private const long LeastSpace = 256L << 20;

    /// <summary>Whether a folder can be written, and how much goes in. One that is not there yet could be made.</summary>
    /// <param name="subject">Which folder it is.</param>
    /// <param name="folder">Its path.</param>
    public static Finding Folder(string subject, string folder)
    {
        try
        {
            var existing = Existing(Path.GetFullPath(folder));
            if (File.Exists(existing))
                return new(Health.Bad, subject, $"'{folder}': '{existing}' is a file", "Name a folder.");
            Probe(existing);
            var free = new DriveInfo(existing).AvailableFreeSpace;
            var text = $"'{folder}' can be written, {Units.Mebibytes(free)} free";
            return free < LeastSpace
                ? new(Health.Bad, subject, text, $"Make room: journal and checkpoints of a service take up to {Units.Mebibytes(LeastSpace)} with the defaults.")
                : new(Health.Good, subject, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new(Health.Bad, subject, $"'{folder}' cannot be written: {e.Message}", "Name another folder, or give the user who runs dynamos the right to write there.");
        }
    }

    /// <summary>Whether a service can listen.</summary>
    /// <param name="port">On this machine's own address.</param>
    public static Finding Port(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port) { ExclusiveAddressUse = true };
            listener.Start();
            return new(Health.Good, "port", $"{port} is free");
        }
        catch (SocketException e)
        {
            return new(Health.Bad, "port", $"{port} cannot be listened on: {e.Message}", "Name another port with --port, or stop what listens there.");
        }
    }

    /// <summary>Whether MNIST is where the streams that need it look.</summary>
    /// <param name="dataDir">Folder given by the user; null to look in the usual places.</param>
    public static Finding Data(string? dataDir)
    {
        const string Remedy = "The streams of MNIST need it: dynamos data fetch mnist, or name its folder with --data-dir. The others need nothing.";
        var folder = MnistFolder.Resolve(dataDir);
        try
        {
            SampleStreams.Open("mnist-360", seed: 1, folder);
            return new(Health.Good, "data", $"MNIST is in '{folder}'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // Who names a folder means it; nobody else has to have MNIST.
            return new(dataDir is null ? Health.Note : Health.Bad, "data", e is FileNotFoundException or DirectoryNotFoundException ? $"no MNIST in '{folder}'" : e.Message, Remedy);
        }
    }

    private static string Existing(string path)
    {
        while (!Path.Exists(path) && Path.GetDirectoryName(path) is { } parent)
            path = parent;
        return path;
    }

    private static void Probe(string folder)
    {
        var file = Path.Combine(folder, $".dynamos-doctor-{Guid.NewGuid():N}");
        using var probe = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        probe.Write("dynamos"u8);
        probe.Flush(flushToDisk: true);
    }
}
