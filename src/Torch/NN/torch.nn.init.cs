namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Fills tensors with initial values, in place and outside of autograd, from the global random generator.</summary>
        public static class init
        {
            /// <summary>The nonlinearity that follows a layer, for <see cref="calculate_gain"/>.</summary>
            public enum NonlinearityType
            {
                Linear = 0,
                Conv1D = 1,
                Conv2D = 2,
                Conv3D = 3,
                ConvTranspose1D = 4,
                ConvTranspose2D = 5,
                ConvTranspose3D = 6,
                Sigmoid = 7,
                Tanh = 8,
                ReLU = 9,
                LeakyReLU = 10,
            }

            /// <summary>Which fan keeps its variance: the inputs' (forward) or the outputs' (backward).</summary>
            public enum FanInOut
            {
                FanIn = 0,
                FanOut = 1,
            }

            /// <summary>The recommended gain for a nonlinearity.</summary>
            /// <param name="nonlinearity">What follows the layer.</param>
            /// <param name="param">The negative slope where it is <see cref="NonlinearityType.LeakyReLU"/>.</param>
            public static double calculate_gain(NonlinearityType nonlinearity, double param = 0.0) => nonlinearity switch
            {
                >= NonlinearityType.Linear and <= NonlinearityType.Sigmoid => 1.0,
                NonlinearityType.Tanh => 5.0 / 3.0,
                NonlinearityType.ReLU => Math.Sqrt(2.0),
                NonlinearityType.LeakyReLU => Math.Sqrt(2.0 / (1.0 + (param * param))),
                _ => throw new ArgumentOutOfRangeException(nameof(nonlinearity), nonlinearity, "Not a nonlinearity."),
            };

            /// <summary>Fills with 1.</summary>
            public static Tensor ones_(Tensor tensor) => constant_(tensor, 1);

            /// <summary>Fills with 0.</summary>
            public static Tensor zeros_(Tensor tensor) => constant_(tensor, 0);

            /// <summary>Fills with one value.</summary>
            public static Tensor constant_(Tensor tensor, Scalar val)
            {
                using var _ = no_grad();
                tensor.fill_(val);
                return tensor;
            }

            /// <summary>Fills with draws from the uniform distribution over [low, high).</summary>
            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1)
            {
                using var _ = no_grad();
                tensor.uniform_(low, high);
                return tensor;
            }

            /// <summary>Fills with draws from a normal distribution.</summary>
            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1)
            {
                using var _ = no_grad();
                tensor.normal_(mean, std);
                return tensor;
            }

            /// <summary>He initialisation, uniform.</summary>
            /// <param name="tensor">A weight of at least two dimensions.</param>
            /// <param name="a">The negative slope where the nonlinearity is a leaky ReLU.</param>
            /// <param name="mode">The fan whose variance is kept.</param>
            /// <param name="nonlinearity">What follows the layer.</param>
            public static Tensor kaiming_uniform_(
                Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU)
            {
                var bound = Math.Sqrt(3.0) * KaimingStd(tensor, a, mode, nonlinearity);
                return uniform_(tensor, -bound, bound);
            }

            /// <summary>He initialisation, normal; parameters as in <see cref="kaiming_uniform_"/>.</summary>
            public static Tensor kaiming_normal_(
                Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) =>
                normal_(tensor, 0, KaimingStd(tensor, a, mode, nonlinearity));

            /// <summary>Glorot initialisation, uniform.</summary>
            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1.0)
            {
                var bound = Math.Sqrt(3.0) * XavierStd(tensor, gain);
                return uniform_(tensor, -bound, bound);
            }

            /// <summary>The same as <see cref="xavier_uniform_"/>.</summary>
            public static Tensor glorot_uniform_(Tensor tensor, double gain = 1.0) => xavier_uniform_(tensor, gain);

            /// <summary>Glorot initialisation, normal.</summary>
            public static Tensor xavier_normal_(Tensor tensor, double gain = 1.0) => normal_(tensor, 0, XavierStd(tensor, gain));

            /// <summary>The same as <see cref="xavier_normal_"/>.</summary>
            public static Tensor glorot_normal_(Tensor tensor, double gain = 1.0) => xavier_normal_(tensor, gain);

            /// <summary>How many inputs feed one output and how many outputs one input feeds, for a weight [out, in, kernel...].</summary>
            /// <exception cref="ExternalException">The tensor has fewer than two dimensions.</exception>
            public static (long fanIn, long fanOut) CalculateFanInAndFanOut(Tensor tensor)
            {
                var shape = tensor.shape;
                if (shape.Length < 2)
                {
                    throw new ExternalException("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
                }

                var receptiveField = shape.Skip(2).Aggregate(1L, (product, size) => product * size);
                return (shape[1] * receptiveField, shape[0] * receptiveField);
            }

            private static double KaimingStd(Tensor tensor, double a, FanInOut mode, NonlinearityType nonlinearity)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return calculate_gain(nonlinearity, a) / Math.Sqrt(mode == FanInOut.FanIn ? fanIn : fanOut);
            }

            private static double XavierStd(Tensor tensor, double gain)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return gain * Math.Sqrt(2.0 / (fanIn + fanOut));
            }
        }
    }
}
