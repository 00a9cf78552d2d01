using TorchSharp.Kernels;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Adam: steps by the running mean of the gradient over the root of that of its square.</summary>
public class Adam : Optimizer, IBetas
{
    private readonly Options _defaults;
    private readonly Dictionary<Parameter, State> _states = new(ReferenceEqualityComparer.Instance);

    /// <summary>One group of parameters.</summary>
    public Adam(
        IEnumerable<Parameter> parameters,
        double lr = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double eps = 1e-8,
        double weight_decay = 0,
        bool amsgrad = false,
        bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
    {
    }

    /// <summary>Several groups of parameters.</summary>
    /// <param name="parameters">The groups; what they do not set is taken from the other arguments.</param>
    /// <param name="lr">The learning rate, not negative.</param>
    /// <param name="beta1">The factor of the running mean of the gradient, 0 to below 1.</param>
    /// <param name="beta2">The factor of the running mean of its square, 0 to below 1.</param>
    /// <param name="eps">Added to the denominator, not negative.</param>
    /// <param name="weight_decay">The factor of the parameter added to its gradient, not negative.</param>
    /// <param name="amsgrad">Not supported.</param>
    /// <param name="maximize">Whether to ascend.</param>
    public Adam(
        IEnumerable<ParamGroup> parameters,
        double lr = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double eps = 1e-8,
        double weight_decay = 0,
        bool amsgrad = false,
        bool maximize = false)
    {
        Require(lr >= 0, $"Invalid learning rate: {lr}");
        Require(eps >= 0, $"Invalid ε: {eps}");
        Require(beta1 is >= 0 and < 1, $"Invalid beta1: {beta1}");
        Require(beta2 is >= 0 and < 1, $"Invalid beta2: {beta2}");
        Require(weight_decay >= 0, $"Invalid weight_decay value: {weight_decay}");
        _defaults = new Options
        {
            LearningRate = lr,
            InitialLearningRate = lr,
            beta1 = beta1,
            beta2 = beta2,
            eps = eps,
            weight_decay = weight_decay,
            amsgrad = amsgrad,
            maximize = maximize,
        };
        foreach (var group in parameters)
        {
            add_param_group(group);
        }

        static void Require(bool condition, string message)
        {
            if (!condition)
            {
                throw new ArgumentException(message);
            }
        }
    }

    /// <summary>The betas of groups yet to be added.</summary>
    public (double, double) Betas
    {
        get => (_defaults.beta1!.Value, _defaults.beta2!.Value);
        set => (_defaults.beta1, _defaults.beta2) = value;
    }

    private protected override void AddState(Modules.ParamGroup group)
    {
        var options = (Options)(group.Options ??= new Options());
        options.LearningRate ??= _defaults.LearningRate;
        options.beta1 ??= _defaults.beta1;
        options.beta2 ??= _defaults.beta2;
        options.eps ??= _defaults.eps;
        options.weight_decay ??= _defaults.weight_decay;
        options.amsgrad ??= _defaults.amsgrad;
        options.maximize ??= _defaults.maximize;
        options.InitialLearningRate = options.LearningRate!.Value;
        if (options.amsgrad!.Value)
        {
            throw new NotSupportedException("amsgrad is not supported.");
        }

        foreach (var parameter in group.Parameters)
        {
            _states.Add(parameter, new State(parameter));
        }
    }

    private protected override void Update(Modules.ParamGroup group, Parameter parameter, Tensor grad)
    {
        var options = (Options)group.Options!;
        var (rate, decay) = (options.LearningRate!.Value, options.weight_decay!.Value);
        var (beta1, beta2) = (options.beta1!.Value, options.beta2!.Value);
        var state = _states[parameter];
        state.Step++;
        var update = new AdamUpdate(
            rate / (1 - Math.Pow(beta1, state.Step)),
            options.maximize!.Value ? -1 : 1,
            decay,
            beta1,
            beta2,
            Math.Sqrt(1 - Math.Pow(beta2, state.Step)),
            options.eps!.Value);
        Apply(update, parameter, grad, state.Mean, state.MeanOfSquares);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var state in _states.Values)
        {
            state.Mean.Dispose();
            state.MeanOfSquares.Dispose();
        }

        _states.Clear();
    }

    /// <summary>What a group may set; null for the optimizer's own.</summary>
    public class Options : OptimizerOptions
    {
        public double? beta1;
        public double? beta2;
        public double? weight_decay;
        public double? eps;
        public bool? amsgrad;
        public bool? maximize;
    }

    /// <summary>Parameters with options of their own.</summary>
    public class ParamGroup : ParamGroup<Options>, IBetas
    {
        /// <summary>An empty group.</summary>
        public ParamGroup()
        {
        }

        /// <summary>A group with the options that are set.</summary>
        public ParamGroup(IEnumerable<Parameter> parameters, Options options)
            : base(parameters, options)
        {
        }

        /// <summary>A group with all options.</summary>
        public ParamGroup(
            IEnumerable<Parameter> parameters,
            double lr = 1e-3,
            double beta1 = 0.9,
            double beta2 = 0.999,
            double eps = 1e-8,
            double weight_decay = 0,
            bool amsgrad = false,
            bool maximize = false)
            : base(parameters, new Options
            {
                LearningRate = lr,
                beta1 = beta1,
                beta2 = beta2,
                eps = eps,
                weight_decay = weight_decay,
                amsgrad = amsgrad,
                maximize = maximize,
            })
        {
        }

        /// <inheritdoc/>
        public (double, double) Betas
        {
            get => (Options!.beta1!.Value, Options.beta2!.Value);
            set => (Options!.beta1, Options.beta2) = value;
        }
    }

    private sealed class State(Parameter parameter)
    {
        public long Step { get; set; }

        public Tensor Mean { get; } = zeros(parameter.shape).DetachFromDisposeScope();

        public Tensor MeanOfSquares { get; } = zeros(parameter.shape).DetachFromDisposeScope();
    }
}
