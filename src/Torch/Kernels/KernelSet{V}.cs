namespace TorchSharp.Kernels;

/// <summary>The kernels compiled for vectors of type <typeparamref name="V"/>.</summary>
internal sealed unsafe class KernelSet<V> : KernelSet
    where V : unmanaged, ISimd<V>
{
    public override int Lanes => V.Count;

    public override int Rows => V.Count == 16 ? MatrixKernels512.Rows : MatrixKernels.Rows;

    public override int OutputBlocks => V.Count == 16 ? 2 : 1;

    public override void Multiply(in MatrixProduct product)
    {
        if (V.Count == 16)
            MatrixKernels512.Multiply(product);
        else
            MatrixKernels.Multiply<V>(product);
    }

    public override void Multiply(in ListedProduct product) => ListedKernels.Multiply<V>(product);

    public override void PackWeights(float* weights, nint block, int* rows, int count, in ChannelList outputs, int channels, float* to) =>
        GatedKernels.PackWeights<V>(weights, block, rows, count, outputs, channels, to);

    public override void Activate(in ActivationRun run) => GatedKernels.Activate<V>(run);

    /// <remarks>Two vectors of 16 would be two blocks of outputs: the first layer is too small a part to have a kernel for that.</remarks>
    public override void MultiplyPlanar(in PlanarProduct product)
    {
        if (V.Count == 16)
            PlanarKernels.Multiply<Simd8>(product);
        else
            PlanarKernels.Multiply<V>(product);
    }

    public override void AddPlanarWeightGradient(
        float* x, nint rowStep, nint columnStep, int* tapOffsets, float* dy, int rows, int columns, float* sum)
    {
        if (V.Count == 16)
            PlanarKernels.AddWeightGradient<Simd8>(x, rowStep, columnStep, tapOffsets, dy, rows, columns, sum);
        else
            PlanarKernels.AddWeightGradient<V>(x, rowStep, columnStep, tapOffsets, dy, rows, columns, sum);
    }

    public override void Add(in OuterProduct product)
    {
        if (V.Count == 16)
            OuterProductKernels.Add16x1(product);
        else
            OuterProductKernels.Add4x2<V>(product);
    }

    public override void WinogradOutputRow(float* m, nint mStride, float* bias, in WinogradRow row, float* y, nint pixel)
    {
        if (row.Tile == 5)
            WinogradRows.Output5<V>(m, mStride, bias, row, y, pixel);
        else
            WinogradRows.Output<V>(m, mStride, bias, row, y, pixel);
    }

    public override void WinogradInputRow(float* x, in WinogradRow row, float* v, nint vStride)
    {
        if (row.Tile == 5)
            WinogradRows.Input5<V>(x, row, v, vStride);
        else
            WinogradRows.Input<V>(x, row, v, vStride);
    }

    public override void WinogradOutputGradientRow(float* dy, in WinogradRow row, float* m, nint mStride)
    {
        if (row.Tile == 5)
            WinogradRows.OutputGradient5<V>(dy, row, m, mStride);
        else
            WinogradRows.OutputGradient<V>(dy, row, m, mStride);
    }

    public override void WinogradInputGradientRow(float* v, nint vStride, in WinogradRow row, float* dx)
    {
        if (row.Tile == 5)
            WinogradRows.InputGradient5<V>(v, vStride, row, dx);
        else
            WinogradRows.InputGradient<V>(v, vStride, row, dx);
    }

    public override void WinogradWeights(int tile, float* w, float* u, nint uStride)
    {
        if (tile == 5)
            WinogradTransforms.Weights5<V>(w, u, uStride);
        else
            WinogradTransforms.Weights<V>(w, u, uStride);
    }

    public override void WinogradWeightGradient(int tile, float* u, nint uStride, float* dw)
    {
        if (tile == 5)
            WinogradTransforms.WeightGradient5<V>(u, uStride, dw);
        else
            WinogradTransforms.WeightGradient<V>(u, uStride, dw);
    }
}
