using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp.Memory;

namespace TorchSharp.Kernels;

/// <summary>A matrix of float32 in memory, with any strides (in elements).</summary>
internal readonly unsafe struct Matrix(float* data, long rowStride, long columnStride)
{
    public readonly float* Data = data;
    public readonly long RowStride = rowStride;
    public readonly long ColumnStride = columnStride;

    /// <summary>The last two dimensions of a strided tensor, at <paramref name="pair"/> of the first where there are three.</summary>
    public static Matrix Of(Tensor tensor, long pair)
    {
        var strides = tensor.Body.Strides;
        return new Matrix(tensor.Floats + (tensor.Rank == 3 ? pair * strides[0] : 0), strides[^2], strides[^1]);
    }
}

/// <summary>Matrix product c = a b.</summary>
/// <remarks>
/// The depth is cut into slices of 256. Of each slice b is packed into panels [k][16] and every 6 rows of a into [k][6]; the kernel keeps
/// 6 x 16 sums in 12 registers. Rows are split into fixed panels for the workers; every element of c is summed in the order of k.
/// </remarks>
internal static unsafe class Gemm
{
    private const int RowsPerTile = 6;
    private const int ColumnsPerTile = 16;
    private const int Depth = 256;
    private const int RowsPerPart = 48;
    private const long ParallelFlops = 128 * 1024;

    /// <summary>One pair of matrices of a batch: c [pair] = a [pair] b [pair]; c is contiguous. Tensors of two dimensions are a batch of one.</summary>
    public static void Run(long pair, long m, long n, long k, Tensor a, Tensor b, Tensor c) =>
        Run(m, n, k, Matrix.Of(a, pair), Matrix.Of(b, pair), c.Floats + (pair * m * n), n);

    /// <summary>c [m, n], with rows <paramref name="cStride"/> apart and columns side by side, is overwritten.</summary>
    public static void Run(long m, long n, long k, Matrix a, Matrix b, float* c, long cStride)
    {
        if (m == 0 || n == 0)
            return;
        if (k == 0)
        {
            for (var i = 0L; i < m; i++)
                new Span<float>(c + (i * cStride), checked((int)n)).Clear();
            return;
        }

        var panels = (n + ColumnsPerTile - 1) / ColumnsPerTile;
        var packed = NativePool.Rent(panels * ColumnsPerTile * Math.Min(k, Depth) * sizeof(float));
        for (var k0 = 0L; k0 < k; k0 += Depth)
        {
            var depth = (int)Math.Min(Depth, k - k0);
            PackB(b, k0, depth, n, panels, (float*)packed.Pointer);
            var slice = new Slice(m, n, k0, depth, a, c, cStride, (float*)packed.Pointer);
            var parts = (int)((m + RowsPerPart - 1) / RowsPerPart);
            if (parts == 1 || m * n * depth < ParallelFlops)
            {
                for (var part = 0; part < parts; part++)
                    slice.Rows(part);
            }
            else
            {
                Workers.Run(parts, slice.Rows);
            }
        }

        NativePool.Return(packed);
    }

    private static void PackB(Matrix b, long k0, int depth, long n, long panels, float* packed)
    {
        if (panels * depth * ColumnsPerTile < ParallelFlops / 4)
        {
            for (var panel = 0L; panel < panels; panel++)
                PackPanel(b, k0, depth, panel * ColumnsPerTile, n, packed + (panel * depth * ColumnsPerTile));
        }
        else
        {
            Workers.Run((int)panels, panel =>
                PackPanel(b, k0, depth, (long)panel * ColumnsPerTile, n, packed + ((long)panel * depth * ColumnsPerTile)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackPanel(Matrix b, long k0, int depth, long column, long n, float* packed)
    {
        var columns = Math.Min(ColumnsPerTile, n - column);
        for (var p = 0; p < depth; p++, packed += ColumnsPerTile)
        {
            var source = b.Data + ((k0 + p) * b.RowStride) + (column * b.ColumnStride);
            if (columns == ColumnsPerTile && b.ColumnStride == 1)
            {
                Vector256.Load(source).Store(packed);
                Vector256.Load(source + 8).Store(packed + 8);
                continue;
            }

            for (var j = 0; j < ColumnsPerTile; j++)
                packed[j] = j < columns ? source[j * b.ColumnStride] : 0;
        }
    }

    /// <summary>One slice of the depth, for all rows of c.</summary>
    private sealed class Slice(long m, long n, long k0, int depth, Matrix a, float* c, long cStride, float* packedB)
    {
        public void Rows(int part)
        {
            var packedA = stackalloc float[RowsPerTile * Depth];
            var end = Math.Min(m, (long)(part + 1) * RowsPerPart);
            for (var row = (long)part * RowsPerPart; row < end; row += RowsPerTile)
            {
                var rows = (int)Math.Min(RowsPerTile, end - row);
                PackA(row, rows, packedA);
                for (var column = 0L; column < n; column += ColumnsPerTile)
                    Tile(row, rows, column, (int)Math.Min(ColumnsPerTile, n - column), packedA);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void PackA(long row, int rows, float* packed)
        {
            for (var i = 0; i < RowsPerTile; i++)
            {
                var source = a.Data + ((row + i) * a.RowStride) + (k0 * a.ColumnStride);
                for (var p = 0; p < depth; p++)
                    packed[(p * RowsPerTile) + i] = i < rows ? source[p * a.ColumnStride] : 0;
            }
        }

        private void Tile(long row, int rows, long column, int columns, float* packedA)
        {
            var b = packedB + (column * depth);
            var target = c + (row * cStride) + column;
            if (rows == RowsPerTile && columns == ColumnsPerTile)
            {
                Multiply(packedA, b, depth, target, cStride, k0 > 0);
                return;
            }

            var tile = stackalloc float[RowsPerTile * ColumnsPerTile];
            Multiply(packedA, b, depth, tile, ColumnsPerTile, false);
            for (var i = 0; i < rows; i++)
            {
                for (var j = 0; j < columns; j++)
                {
                    var value = tile[(i * ColumnsPerTile) + j];
                    target[(i * cStride) + j] = k0 > 0 ? target[(i * cStride) + j] + value : value;
                }
            }
        }
    }

    /// <summary>A tile of 6 x 16: the product of packed panels over the depth, stored or added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(float* a, float* b, int depth, float* c, long stride, bool add)
    {
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector256<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        for (var p = 0; p < depth; p++)
        {
            var b0 = Vector256.Load(b);
            var b1 = Vector256.Load(b + 8);
            var x = Vector256.Create(a[0]);
            c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(x, b1, c01);
            x = Vector256.Create(a[1]);
            c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, b1, c11);
            x = Vector256.Create(a[2]);
            c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, b1, c21);
            x = Vector256.Create(a[3]);
            c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, b1, c31);
            x = Vector256.Create(a[4]);
            c40 = Vector256.FusedMultiplyAdd(x, b0, c40);
            c41 = Vector256.FusedMultiplyAdd(x, b1, c41);
            x = Vector256.Create(a[5]);
            c50 = Vector256.FusedMultiplyAdd(x, b0, c50);
            c51 = Vector256.FusedMultiplyAdd(x, b1, c51);
            a += RowsPerTile;
            b += ColumnsPerTile;
        }

        StoreRow(c, c00, c01, add);
        StoreRow(c + stride, c10, c11, add);
        StoreRow(c + (2 * stride), c20, c21, add);
        StoreRow(c + (3 * stride), c30, c31, add);
        StoreRow(c + (4 * stride), c40, c41, add);
        StoreRow(c + (5 * stride), c50, c51, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow(float* c, Vector256<float> low, Vector256<float> high, bool add)
    {
        (add ? Vector256.Load(c) + low : low).Store(c);
        (add ? Vector256.Load(c + 8) + high : high).Store(c + 8);
    }
}
