using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Fills with numbers uniform in [from, to).</summary>
        public Tensor uniform_(double from, double to, Generator? generator = null)
        {
            var (low, width) = ((float)from, (float)(to - from));
            return FillFrom(generator, (source, position) => low + (width * source.Uniform(position)));
        }

        public Tensor normal_(double mean = 0.0, double std = 1.0, Generator? generator = null) =>
            FillFrom(generator, (source, position) => (float)(mean + (std * source.Normal(position))));

        /// <summary>Fills with 1 with probability p, else 0.</summary>
        public Tensor bernoulli_(double p = 0.5, Generator? generator = null)
        {
            if (p is not (>= 0 and <= 1))
                throw new ExternalException($"bernoulli_ expects p to be in [0, 1], but got p={p}");
            return FillFrom(generator, (source, position) => source.UniformDouble(position) < p ? 1 : 0);
        }

        /// <summary>Fills with 1 with the probabilities given, of this tensor's shape or broadcast to it.</summary>
        public Tensor bernoulli_(Tensor p, Generator? generator = null)
        {
            using var spread = p.detach().expand(Sizes);
            using var sample = spread.bernoulli(generator);
            return copy_(sample);
        }

        /// <summary>Draws 1 with the probability each element gives, else 0.</summary>
        public Tensor bernoulli(Generator? generator = null)
        {
            using var p = Contiguous();
            for (var i = 0L; i < p.Count; i++)
            {
                if (p.At<float>(i) is not (>= 0 and <= 1) and var wrong)
                    throw new ExternalException($"Expected p_in >= 0 && p_in <= 1 to be true, but element {i} is {wrong}");
            }

            var result = EmptyStrided(Sizes);
            result.Draw(generator, (source, position, i) => source.UniformDouble(position) < p.At<float>(i) ? 1 : 0);
            return result;
        }

        /// <summary>Fills with whole numbers uniform in [from, to).</summary>
        public Tensor random_(double from, double to, Generator? generator = null)
        {
            var (low, range) = ((long)from, (long)to - (long)from);
            if (range <= 0)
                throw new ExternalException($"random_ expects 'from' to be less than 'to', but got from={from} >= to={to}");
            return FillFrom(generator, (source, position) => low + source.Below(position, range));
        }

        private Tensor FillFrom(Generator? generator, Func<Generator, long, double> value)
        {
            var recorded = BeginInPlace();
            Draw(generator, (source, position, _) => value(source, position));
            return EndInPlace(recorded ? new Autograd.OverwriteNode(this) : null);
        }

        /// <summary>Sets each element from its own number of the stream: element i of the row-major order takes number i.</summary>
        private void Draw(Generator? generator, Func<Generator, long, long, double> value)
        {
            var source = generator ?? Generator.Default;
            var first = source.Take(Count);
            Strided();
            if (dtype == ScalarType.Float32 && Body.IsContiguous)
            {
                Sums.Parts(Count, 8, (begin, end) =>
                {
                    for (var i = begin; i < end; i++)
                        At<float>(i) = (float)value(source, first + i, i);
                });
                return;
            }

            var drawn = new double[Count];
            Sums.Parts(Count, 8, (begin, end) =>
            {
                for (var i = begin; i < end; i++)
                    drawn[i] = value(source, first + i, i);
            });
            SetRowMajor(drawn);
        }

        private void SetRowMajor(double[] values)
        {
            for (var i = 0L; i < values.LongLength; i++)
            {
                var offset = ReducePlan.Offset(i, Sizes, Body.Strides);
                switch (dtype)
                {
                    case ScalarType.Float32:
                        At<float>(offset) = (float)values[i];
                        break;
                    case ScalarType.Int64:
                        At<long>(offset) = (long)values[i];
                        break;
                    case ScalarType.Int32:
                        At<int>(offset) = (int)values[i];
                        break;
                    default:
                        At<bool>(offset) = values[i] != 0;
                        break;
                }
            }
        }
    }
}
