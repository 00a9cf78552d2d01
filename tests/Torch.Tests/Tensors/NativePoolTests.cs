using TorchSharp.Memory;

namespace DynamosStream.Tests.Tensors;

[Collection(nameof(Alone))]
public sealed unsafe class NativePoolTests
{
    [Fact]
    public void Blocks_TakenAndReturnedInAnyOrder_AreAlignedAndNeverOverlap()
    {
        var random = new Random(5);
        var taken = new List<(NativeBlock Block, long Bytes, byte Mark)>();
        for (var i = 0; i < 2000; i++)
        {
            if (taken.Count < 40 && (taken.Count == 0 || random.Next(5) < 3))
            {
                var bytes = random.Next(4) switch { 0 => random.Next(1, 3000), 1 => random.Next(30_000, 40_000), 2 => random.Next(100_000, 3_000_000), _ => 1_605_632 };
                var block = NativePool.Rent(bytes);
                Assert.InRange(block.Bytes, bytes, long.MaxValue);
                Assert.Equal(0, (nint)block.Pointer % 64);
                var mark = (byte)random.Next(256);
                new Span<byte>(block.Pointer, bytes).Fill(mark);
                taken.Add((block, bytes, mark));
            }
            else
            {
                var at = random.Next(taken.Count);
                var (block, bytes, mark) = taken[at];
                Assert.False(new Span<byte>(block.Pointer, (int)bytes).ContainsAnyExcept(mark));
                taken.RemoveAt(at);
                NativePool.Return(block);
            }
        }

        taken.ForEach(item => NativePool.Return(item.Block));
    }

    [Fact]
    public void Block_LargerThanARegion_IsWritableToItsEnd()
    {
        const long Bytes = (64L << 20) + 12_345;
        var block = NativePool.Rent(Bytes);
        (block.Pointer[0], block.Pointer[Bytes - 1]) = (1, 2);
        Assert.Equal((1, 2), (block.Pointer[0], block.Pointer[Bytes - 1]));
        NativePool.Return(block);
    }

    [Fact]
    public void Pieces_ReturnedBesideEachOther_AreOneAgain()
    {
        var blocks = Enumerable.Range(0, 8).Select(_ => NativePool.Rent(1 << 20)).ToList();
        foreach (var i in new[] { 3, 0, 7, 5, 1, 2, 6, 4 })
            NativePool.Return(blocks[i]);
        var touched = NativeRegions.TouchedBytes;
        var whole = NativePool.Rent(8 << 20);
        Assert.Equal(touched, NativeRegions.TouchedBytes);
        NativePool.Return(whole);
    }
}
