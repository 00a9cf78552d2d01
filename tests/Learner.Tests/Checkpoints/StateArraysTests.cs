using DynamosStream.Learner;

namespace DynamosStream.Tests.Checkpoints;

public sealed class StateArraysTests
{
    [Fact]
    public void Take_WhatWasPut_IsItAndLeavesNothing()
    {
        var state = new StateArrays();
        state.Put("count", [7L]);
        state.Under("part").Put("floats", [1f, -2.5f], 1, 2);
        state.Under("part").Under("inner").Put("bytes", new byte[] { 3 }, 1);

        Assert.Equal(["count", "part.floats", "part.inner.bytes"], state.All.Select(entry => entry.Name));
        Assert.Equal(["floats", "inner.bytes"], state.Under("part").All.Select(entry => entry.Name));
        Assert.Equal(7, state.TakeCount("count"));
        Assert.Equal([1f, -2.5f], state.Under("part").Take<float>("floats", 1, 2));
        Assert.Contains("'part.inner.bytes'", Assert.Throws<InvalidDataException>(state.RequireAllTaken).Message);
        Assert.Equal([3], state.Take<byte>("part.inner.bytes", 1));
        state.RequireAllTaken();
    }

    [Fact]
    public void Take_WhatDoesNotFit_TellsWhatAndWhatWasExpected()
    {
        var state = new StateArrays().Under("a");
        Assert.Contains("lacks 'a.x'", Refused(() => state.Take<float>("x")));
        state.Put("x", [1.0, 2.0], 2);
        Assert.Contains("'a.x' is F64 [2]; expected F32 [2]", Refused(() => state.Take<float>("x", 2)));
        state.Put("x", [1f, 2f], 2);
        Assert.Contains("'a.x' is F32 [2]; expected F32 [1, 2]", Refused(() => state.Take<float>("x", 1, 2)));
        state.Put("x", [1f, float.NaN], 2);
        Assert.Contains("not finite", Refused(() => state.Take<float>("x", 2)));
        state.Put("x", [double.PositiveInfinity]);
        Assert.Contains("not finite", Refused(() => state.Take<double>("x")));
        state.Put("x", [-1L]);
        Assert.Contains("'a.x' is -1", Refused(() => state.TakeCount("x")));
    }

    [Fact]
    public void Array_ShapeOfAnotherSize_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new StateArray(new float[5], 2, 3));

    [Fact]
    public void Array_UnsupportedType_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new StateArray(new[] { 'a' }, 1));

    [Fact]
    public void Pieces_LargeArray_CoverEveryByteOnce()
    {
        var values = Enumerable.Range(0, 700_001).Select(i => (float)i).ToArray();
        var (array, copy) = (new StateArray(values, values.Length), StateArray.Zeros("F32", values.Length));
        Assert.Equal(3, array.Pieces);
        for (var piece = 0; piece < array.Pieces; piece++)
            array.Piece(piece).CopyTo(copy.Piece(piece));
        Assert.Equal(values, copy.Values<float>());
    }

    [Fact]
    public void Hash_AnyDifference_IsAnother()
    {
        static string Hash(string name, Array values, params long[] shape)
        {
            var state = new StateArrays();
            state.Put(name, new StateArray(values, shape));
            return state.Hash();
        }

        var hash = Hash("a", new float[] { 1, 2 }, 2);
        Assert.Equal(hash, Hash("a", new float[] { 1, 2 }, 2));
        Assert.NotEqual(hash, Hash("b", new float[] { 1, 2 }, 2));
        Assert.NotEqual(hash, Hash("a", new float[] { 1, 2 }, 1, 2));
        Assert.NotEqual(hash, Hash("a", new float[] { 1, MathF.BitIncrement(2) }, 2));
        Assert.NotEqual(hash, Hash("a", new byte[] { 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40 }, 8));
    }

    private static string Refused(Action take) => Assert.Throws<InvalidDataException>(take).Message;
}
