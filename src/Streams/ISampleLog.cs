namespace DynamosStream.Streams;

/// <summary>Where samples wait for the learner: appended as they arrive, read from a position on as they come.</summary>
internal interface ISampleLog : ISampleStream, IDisposable
{
    /// <summary>Position that the next sample will have.</summary>
    long Next { get; }

    /// <summary>Appends a sample at <see cref="Next"/> if there is room for it.</summary>
    bool TryAppend(Sample sample);

    /// <summary>Returns when every sample so far is as safe as it gets here.</summary>
    void Flush();

    /// <summary>Lets go of the samples before a position.</summary>
    void Trim(long position);

    /// <summary>Ends the stream: readers end after the last sample.</summary>
    void Complete();
}
