using TorchSharp.Memory;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A handle to an n-dimensional array. Disposing it gives its reference back; a scope does so for the tensors made in it.</summary>
    /// <remarks>
    /// For operators inside the engine: <see cref="EmptyStrided"/> and <see cref="EmptyBlocked"/> create outputs; <see cref="Strided"/>
    /// (in place, same handle) and <see cref="Blocked"/> and <see cref="Contiguous"/> (a new handle each, dispose it) bring an input into
    /// a layout; <see cref="Floats"/> points at the elements; <c>Node</c> and <c>GradMode.Needed</c> record the backward function.
    /// </remarks>
    public partial class Tensor : IDisposable
    {
        private static long _totalCount;
        private static long _peakCount;
        private TensorBody? _body;

        /// <summary>Takes over one reference to <paramref name="body"/> and joins the thread's current dispose scope.</summary>
        internal Tensor(TensorBody body)
        {
            _body = body;
            var count = Interlocked.Increment(ref _totalCount);
            if (count > Volatile.Read(ref _peakCount))
                Volatile.Write(ref _peakCount, count);
            DisposeScopeManager.Current?.Attach(this);
        }

        /// <summary>Only the count: the elements of a forgotten tensor come back by the finalizer of their memory block.</summary>
        ~Tensor()
        {
            if (_body is not null)
                Interlocked.Decrement(ref _totalCount);
        }

        /// <summary>Handles that are neither disposed nor collected.</summary>
        public static long TotalCount => Interlocked.Read(ref _totalCount);

        /// <summary>The most <see cref="TotalCount"/> has been.</summary>
        public static long PeakCount => Interlocked.Read(ref _peakCount);

        /// <summary>Whether the handle was disposed.</summary>
        public bool IsInvalid => _body is null;

        internal DisposeScope? Scope { get; set; }

        internal TensorBody Body => _body ?? throw new InvalidOperationException("Tensor invalid -- empty handle.");

        internal long[] Sizes => Body.Sizes;

        internal long Count => Body.Count;

        internal int Rank => Body.Sizes.Length;

        internal bool IsBlocked => Body.IsBlocked;

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (Interlocked.Exchange(ref _body, null) is not { } body)
                return;
            Interlocked.Decrement(ref _totalCount);
            Scope?.MarkAsDisposed(this);
            body.Release();
        }

        public Tensor MoveToOuterDisposeScope()
        {
            Scope?.MoveToOuter(this);
            return this;
        }

        public Tensor DetachFromDisposeScope()
        {
            Scope?.Detach(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.Scope);

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (other is null)
                Scope?.Detach(this);
            else
                other.Attach(this);
            return this;
        }

        /// <summary>Empties this handle and gives its reference to the caller.</summary>
        internal TensorBody TakeBody()
        {
            var body = Body.Retain();
            Dispose();
            return body;
        }

        /// <summary>A new handle to the same tensor.</summary>
        internal Tensor NewHandle() => new(Body.Retain());

        /// <summary>A new tensor with elements not set.</summary>
        internal static Tensor EmptyStrided(ReadOnlySpan<long> sizes, ScalarType dtype = ScalarType.Float32)
        {
            var shape = Shape.Validated(sizes);
            var bytes = checked(Shape.Count(shape) * SizeOf(dtype));
            return new Tensor(new TensorBody(new Storage(bytes), dtype, shape, Shape.ContiguousStrides(shape)));
        }

        /// <summary>A new blocked float32 tensor with elements not set; N, C, H, W with C a multiple of 16.</summary>
        internal static Tensor EmptyBlocked(ReadOnlySpan<long> sizes)
        {
            System.Diagnostics.Debug.Assert(sizes.Length == 4 && sizes[1] % Storage.BlockSize == 0 && Shape.Count(sizes) > 0, "Not blockable.");
            var shape = sizes.ToArray();
            var storage = new Storage(shape[0], shape[1], shape[2] * shape[3]);
            return new Tensor(new TensorBody(storage, ScalarType.Float32, shape, Shape.ContiguousStrides(shape)));
        }

        /// <summary>A new tensor of this one's shape and layout with elements not set.</summary>
        internal Tensor EmptySame() => IsBlocked ? EmptyBlocked(Sizes) : EmptyStrided(Sizes, dtype);

        /// <summary>Brings the elements into strided layout in place; returns this handle.</summary>
        internal Tensor Strided()
        {
            Body.Storage.MakeStrided();
            return this;
        }

        /// <summary>A new handle to the same values, strided, contiguous, without gradient history of its own.</summary>
        internal Tensor Contiguous()
        {
            Strided();
            if (Body.IsContiguous)
                return NewHandle();
            var result = EmptyStrided(Sizes, dtype);
            result.CopyElements(this);
            return result;
        }

        /// <summary>A new handle to the same values in blocked layout: this tensor's storage changes in place where it can, else a copy.</summary>
        internal Tensor Blocked()
        {
            if (IsBlocked)
                return NewHandle();
            Strided();
            if (Body.IsSpreadOverPixels)
            {
                var spread = EmptyBlocked(Sizes);
                Kernels.Blocking.Spread(this, spread);
                return spread;
            }

            if (Body.CanBlock)
            {
                Body.Storage.MakeBlocked(Sizes[0], Sizes[1], Sizes[2] * Sizes[3]);
                return NewHandle();
            }

            var copy = EmptyStrided(Sizes);
            copy.CopyElements(this);
            copy.Body.Storage.MakeBlocked(Sizes[0], Sizes[1], Sizes[2] * Sizes[3]);
            return copy;
        }

        /// <summary>A copy outside the graph, of the same layout.</summary>
        internal Tensor Copied()
        {
            var copy = EmptySame();
            copy.CopyElements(this);
            return copy;
        }

        /// <summary>A new handle to this tensor, or a copy where another operand of one operation shares its storage: a storage has one layout at a time.</summary>
        /// <remarks>Call it before any operand is brought into its layout.</remarks>
        internal Tensor ApartFrom(params ReadOnlySpan<Tensor?> others)
        {
            foreach (var other in others)
            {
                if (other is not null && ReferenceEquals(Body.Storage, other.Body.Storage))
                    return Copied();
            }

            return NewHandle();
        }

        /// <summary>A new handle to the values in another element type, without recording; the same tensor where it has the type.</summary>
        internal Tensor As(ScalarType type)
        {
            if (dtype == type)
                return NewHandle();
            var result = EmptyStrided(Sizes, type);
            result.CopyElements(this);
            return result;
        }

        /// <summary>A tensor on the same storage with another geometry, outside the graph.</summary>
        internal Tensor Alias(long[] sizes, long[] strides, long offset)
        {
            Strided();
            return new Tensor(new TensorBody(Body.Storage.Retain(), dtype, sizes, strides, offset));
        }
    }
}
