using DynamosStream.Learner;

namespace DynamosStream.Tests.Drift;

public sealed class DriftObserversTests
{
    private static readonly DriftSettings Settings = new() { AdwinDelta = 0.05, PageHinkleyThreshold = 10 };
    private static readonly bool[] Errors =
        ErrorStreams.Of(4, [.. Enumerable.Range(0, 20).SelectMany(_ => new[] { (0.1, 150), (0.7, 50) })]);

    [Fact]
    public void Add_BothNotice_AreCountedAndTheLastRemembered()
    {
        var observers = new DriftObservers(Settings);
        var all = AddFrom(observers, 0);
        Assert.Equal(all.Count(alarm => alarm.Detector == "adwin"), observers.Counts.Adwin);
        Assert.Equal(all.Count(alarm => alarm.Detector == "page-hinkley"), observers.Counts.PageHinkley);
        Assert.True(observers.Counts is { Adwin: > 8, PageHinkley: > 8 });
        Assert.Equal(all.TakeLast(DriftObservers.MostRemembered), observers.Last);
    }

    [Fact]
    public void Add_NoAlarm_AllocatesNothing()
    {
        var observers = new DriftObservers(new DriftSettings());
        observers.Add(true, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i < 10_000; i++)
            observers.Add(i % 4 == 0, i);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Empty(observers.Last);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(160)]
    [InlineData(2011)]
    public void Load_WhatWasSaved_RaisesTheSameAlarmsAtTheSameSamples(int at)
    {
        var original = new DriftObservers(Settings);
        for (var i = 0; i < at; i++)
            original.Add(Errors[i], i);
        var state = new StateArrays();
        original.Save(state);
        var hash = state.Hash();
        var resumed = new DriftObservers(Settings);
        resumed.Load(state);
        state.RequireAllTaken();
        var again = new StateArrays();
        resumed.Save(again);
        Assert.Equal(hash, again.Hash());
        Assert.Equal(original.Last, resumed.Last);

        Assert.Equal(AddFrom(original, at), AddFrom(resumed, at));
        Assert.Equal((original.Counts, string.Join('\n', original.Last)), (resumed.Counts, string.Join('\n', resumed.Last)));
    }

    [Fact]
    public void Load_ImpossibleState_IsRefused()
    {
        (string Name, StateArray Bad)[] bad =
        [
            ("adwin.blocks", new StateArray(Enumerable.Repeat(6L, 40).ToArray(), 40)),
            ("adwin.errors", new StateArray(Enumerable.Repeat(2L, 240).ToArray(), 40, 6)),
            ("adwin.errors", StateArray.Zeros("I64", 40)),
            ("page_hinkley.counts", new StateArray(new[] { 1L, 2, 0, 0 }, 4)),
            ("page_hinkley.sums", new StateArray(new[] { double.NaN, 0, 0, 0 }, 4)),
            ("alarm_counts", new StateArray(new[] { -1L, 0 }, 2)),
            ("last_alarms", new StateArray(Enumerable.Repeat(2L, 48).ToArray(), 16, 3)),
        ];
        foreach (var (name, array) in bad)
        {
            var state = new StateArrays();
            new DriftObservers(Settings).Save(state);
            state.Take(name);
            state.Put(name, array);
            Assert.Throws<InvalidDataException>(() => new DriftObservers(Settings).Load(state));
        }
    }

    [Theory]
    [InlineData(0, 50)]
    [InlineData(0.6, 50)]
    [InlineData(double.NaN, 50)]
    [InlineData(0.1, 0.5)]
    [InlineData(0.1, double.PositiveInfinity)]
    public void Settings_OutOfRange_Throw(double delta, double threshold) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new DriftSettings { AdwinDelta = delta, PageHinkleyThreshold = threshold });

    private static List<DriftAlarm> AddFrom(DriftObservers observers, int start)
    {
        var alarms = new List<DriftAlarm>();
        for (var i = start; i < Errors.Length; i++)
            alarms.AddRange(observers.Add(Errors[i], i));
        return alarms;
    }
}
