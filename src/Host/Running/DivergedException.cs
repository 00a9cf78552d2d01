namespace DynamosStream.Host.Running;

/// <summary>Too many steps in a row could not be taken: the learner's numbers are of no use any more, or the stream's are not.</summary>
internal sealed class DivergedException(string message) : Exception(message);
