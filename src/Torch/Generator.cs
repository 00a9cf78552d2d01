namespace TorchSharp;

public static partial class torch
{
    /// <summary>A stream of random numbers: number i is a hash of the seed and i, so that any part can be drawn by any thread.</summary>
    public class Generator : IDisposable
    {
        private const ulong DefaultSeed = 67280421310721;
        private static Generator? _default;
        private ulong _seed;
        private ulong _key;
        private long _drawn;

        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = RequireCpu(device);
            Seed(seed);
        }

        /// <summary>The generator of everything that is not given one.</summary>
        public static Generator Default => _default ??= new Generator(DefaultSeed);

        public Device device { get; private set; }

        /// <summary>Starts the stream of another seed; returns this generator.</summary>
        public Generator manual_seed(long seed)
        {
            Seed(unchecked((ulong)seed));
            return this;
        }

        /// <summary>Starts the stream of a seed taken from the system, and returns it.</summary>
        public long seed()
        {
            manual_seed(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue));
            return initial_seed();
        }

        public long initial_seed() => unchecked((long)_seed);

        /// <summary>Seed and position, two Int64 numbers.</summary>
        public Tensor get_state() => tensor([initial_seed(), Interlocked.Read(ref _drawn)]);

        public void set_state(Tensor value)
        {
            if (value.dtype != ScalarType.Int64 || value.Count != 2)
                throw new ArgumentException("A generator's state is the tensor of two Int64 numbers that get_state() gave.");
            using var state = value.data<long>();
            Seed(unchecked((ulong)state[0]));
            _drawn = state[1];
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
        }

        /// <summary>Sets the next <paramref name="count"/> numbers aside and returns the first's position.</summary>
        internal long Take(long count) => Interlocked.Add(ref _drawn, count) - count;

        /// <summary>The 64 random bits at a position.</summary>
        internal ulong Bits(long position) => Mixed(Mixed(_key + (unchecked((ulong)position) * 0x9E3779B97F4A7C15)) + _key);

        /// <summary>Uniform in [0, 1), 24 bits.</summary>
        internal float Uniform(long position) => (Bits(position) >> 40) * (1f / (1 << 24));

        /// <summary>Uniform in [0, 1), 53 bits.</summary>
        internal double UniformDouble(long position) => (Bits(position) >> 11) * (1.0 / (1L << 53));

        /// <summary>Standard normal, by Box and Muller from the two halves of the bits.</summary>
        internal double Normal(long position)
        {
            var bits = Bits(position);
            var radius = Math.Sqrt(-2 * Math.Log(((bits >> 32) + 1) * (1.0 / 4294967296.0)));
            return radius * Math.Cos(2 * Math.PI * ((uint)bits * (1.0 / 4294967296.0)));
        }

        /// <summary>Uniform in 0 .. <paramref name="range"/> - 1.</summary>
        internal long Below(long position, long range) => (long)Math.BigMul(Bits(position), (ulong)range, out _);

        private static ulong Mixed(ulong x)
        {
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
            return x ^ (x >> 31);
        }

        private void Seed(ulong seed)
        {
            _seed = seed;
            _key = Mixed(seed + 0x9E3779B97F4A7C15);
            _drawn = 0;
        }
    }

    /// <summary>Seeds the default generator and returns it.</summary>
    public static Generator manual_seed(long seed) => Generator.Default.manual_seed(seed);

    public static long seed() => Generator.Default.seed();

    public static long initial_seed() => Generator.Default.initial_seed();

    public static Tensor get_rng_state() => Generator.Default.get_state();

    public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);

    /// <summary>The default generator, as functions.</summary>
    public static class random
    {
        public static long seed() => torch.seed();

        public static long initial_seed() => torch.initial_seed();

        public static Generator manual_seed(long seed) => torch.manual_seed(seed);

        public static Tensor get_rng_state() => torch.get_rng_state();

        public static void set_rng_state(Tensor new_state) => torch.set_rng_state(new_state);
    }

    /// <summary>Threads that one operation may use; results do not depend on it.</summary>
    public static int get_num_threads() => Kernels.Workers.ThreadCount;

    public static void set_num_threads(int num) => Kernels.Workers.ThreadCount = num;
}
