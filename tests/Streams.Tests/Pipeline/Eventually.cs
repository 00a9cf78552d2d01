namespace DynamosStream.Streams.Tests;

/// <summary>Waits for what other threads bring about.</summary>
internal static class Eventually
{
    public static void True(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30)), "The condition did not come true.");
}
