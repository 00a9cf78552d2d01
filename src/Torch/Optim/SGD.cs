using TorchSharp.Kernels;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Stochastic gradient descent, with momentum if wanted.</summary>
public class SGD : Optimizer, IMomentum
{
    private readonly Options _defaults;
    private readonly Dictionary<Parameter, Tensor?> _momentumBuffers = new(ReferenceEqualityComparer.Instance);

    /// <summary>One group of parameters.</summary>
    public SGD(
        IEnumerable<Parameter> parameters,
        double lr,
        double momentum = 0.0,
        double dampening = 0,
        double weight_decay = 0,
        bool nesterov = false,
        bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, momentum, dampening, weight_decay, nesterov, maximize)
    {
    }

    /// <summary>Several groups of parameters.</summary>
    /// <param name="parameters">The groups; what they do not set is taken from the other arguments.</param>
    /// <param name="lr">The learning rate, not negative.</param>
    /// <param name="momentum">The momentum factor, not negative.</param>
    /// <param name="dampening">Taken off the gradient's share in the momentum.</param>
    /// <param name="weight_decay">The factor of the parameter added to its gradient.</param>
    /// <param name="nesterov">Whether to look ahead by the momentum; wants a momentum and no dampening.</param>
    /// <param name="maximize">Whether to ascend.</param>
    public SGD(
        IEnumerable<ParamGroup> parameters,
        double lr,
        double momentum = 0.0,
        double dampening = 0,
        double weight_decay = 0,
        bool nesterov = false,
        bool maximize = false)
    {
        Require(lr >= 0, $"Invalid learning rate: {lr}");
        Require(momentum >= 0, $"Invalid momentum value: {momentum}");
        Require(weight_decay >= 0, $"Invalid weight_decay value: {weight_decay}");
        Require(!nesterov || (momentum > 0 && dampening == 0), "Nesterov momentum requires a momentum and zero dampening");
        _defaults = new Options
        {
            LearningRate = lr,
            InitialLearningRate = lr,
            momentum = momentum,
            dampening = dampening,
            weight_decay = weight_decay,
            nesterov = nesterov,
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

    /// <summary>The momentum of groups yet to be added.</summary>
    public double Momentum
    {
        get => _defaults.momentum!.Value;
        set => _defaults.momentum = value;
    }

    private protected override void AddState(Modules.ParamGroup group)
    {
        var options = (Options)(group.Options ??= new Options());
        options.LearningRate ??= _defaults.LearningRate;
        options.momentum ??= _defaults.momentum;
        options.dampening ??= _defaults.dampening;
        options.weight_decay ??= _defaults.weight_decay;
        options.nesterov ??= _defaults.nesterov;
        options.maximize ??= _defaults.maximize;
        options.InitialLearningRate = options.LearningRate!.Value;
        foreach (var parameter in group.Parameters)
        {
            _momentumBuffers.Add(parameter, null);
        }
    }

    private protected override void Update(Modules.ParamGroup group, Parameter parameter, Tensor grad)
    {
        var options = (Options)group.Options!;
        var rate = options.LearningRate!.Value * (options.maximize!.Value ? 1 : -1);
        var decay = options.weight_decay!.Value;
        var momentum = options.momentum!.Value;
        if (momentum == 0)
        {
            Apply(new SgdUpdate(rate, decay), parameter, grad);
            return;
        }

        // The first step takes the whole gradient, whatever the dampening.
        var (keep, take) = (momentum, 1 - options.dampening!.Value);
        if (_momentumBuffers[parameter] is not { } buffer)
        {
            buffer = zeros(parameter.shape).DetachFromDisposeScope();
            _momentumBuffers[parameter] = buffer;
            (keep, take) = (0, 1);
        }

        Apply(new MomentumUpdate(rate, decay, keep, take, momentum, options.nesterov!.Value), parameter, grad, buffer);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var buffer in _momentumBuffers.Values)
        {
            buffer?.Dispose();
        }

        _momentumBuffers.Clear();
    }

    /// <summary>What a group may set; null for the optimizer's own.</summary>
    public class Options : OptimizerOptions
    {
        public double? momentum;
        public double? dampening;
        public double? weight_decay;
        public bool? nesterov;
        public bool? maximize;
    }

    /// <summary>Parameters with options of their own.</summary>
    public class ParamGroup : ParamGroup<Options>, IMomentum
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
            double momentum = 0.0,
            double dampening = 0,
            double weight_decay = 0,
            bool nesterov = false,
            bool maximize = false)
            : base(parameters, new Options
            {
                LearningRate = lr,
                momentum = momentum,
                dampening = dampening,
                weight_decay = weight_decay,
                nesterov = nesterov,
                maximize = maximize,
            })
        {
        }

        /// <inheritdoc/>
        public double Momentum
        {
            get => Options!.momentum!.Value;
            set => Options!.momentum = value;
        }
    }
}
