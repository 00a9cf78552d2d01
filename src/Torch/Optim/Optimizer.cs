using TorchSharp.Kernels;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>The base of the optimizers: groups of parameters, each with its own options.</summary>
        public abstract class Optimizer : IDisposable
        {
            private readonly List<ParamGroup> _groups = [];

            private protected Optimizer()
            {
            }

            /// <summary>The groups, whose learning rates may be changed between steps.</summary>
            public virtual IEnumerable<ILearningRateController> ParamGroups => _groups;

            /// <summary>All parameters, group after group.</summary>
            public virtual IEnumerable<Parameter> parameters() => _groups.SelectMany(group => group.Parameters);

            /// <summary>Fills the gradients with zeros; those that are null stay null.</summary>
            /// <remarks>A parameter whose gradient is zero, unlike one without, still decays and moves on by its momentum.</remarks>
            public virtual void zero_grad()
            {
                foreach (var group in _groups)
                {
                    foreach (var parameter in group.Parameters)
                    {
                        using var grad = parameter.grad;
                        grad?.zero_();
                    }
                }
            }

            /// <summary>Adds a group; options it does not set are the optimizer's own.</summary>
            public virtual void add_param_group(ParamGroup param_group)
            {
                ArgumentNullException.ThrowIfNull(param_group);
                param_group.Parameters = [.. param_group.Parameters];
                AddState(param_group);
                _groups.Add(param_group);
            }

            /// <summary>Updates every parameter that has a gradient, in place and unrecorded.</summary>
            /// <param name="closure">Computes the loss anew, with gradients, before the update.</param>
            /// <returns>What <paramref name="closure"/> returned, or null without one.</returns>
            public virtual Tensor? step(Func<Tensor>? closure = null)
            {
                Tensor? loss = null;
                if (closure is not null)
                {
                    using var _ = enable_grad();
                    loss = closure();
                }

                foreach (var group in _groups)
                {
                    foreach (var parameter in group.Parameters)
                    {
                        using var grad = parameter.grad;
                        if (grad is not null)
                        {
                            Update(group, parameter, grad);
                        }
                    }
                }

                return loss;
            }

            /// <summary>Disposes the optimizer's state, not the parameters.</summary>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Disposes the optimizer's state when <paramref name="disposing"/>.</summary>
            protected virtual void Dispose(bool disposing)
            {
            }

            /// <summary>Completes the group's options and makes the state of its parameters.</summary>
            private protected abstract void AddState(ParamGroup group);

            private protected abstract void Update(ParamGroup group, Parameter parameter, Tensor grad);

            /// <summary>Runs an update over a parameter, its gradient and up to two state tensors.</summary>
            private protected static void Apply<TUpdate>(
                TUpdate update, Parameter parameter, Tensor grad, Tensor? first = null, Tensor? second = null)
                where TUpdate : struct, IUpdate
            {
                var operands = first is null ? 2 : second is null ? 3 : 4;
                TensorLoop.Run(
                    new UpdateKernel<TUpdate>(update, operands),
                    parameter.Sizes,
                    Operand.Of(parameter),
                    Operand.Of(grad),
                    first is null ? default : Operand.Of(first),
                    second is null ? default : Operand.Of(second));
                parameter.Body.Storage.Touch();
            }
        }

        /// <summary>What a learning rate schedule controls.</summary>
        public interface ILearningRateController
        {
            /// <summary>The rate of the next step.</summary>
            double LearningRate { get; set; }

            /// <summary>The rate at the start.</summary>
            double InitialLearningRate { get; set; }
        }

        /// <summary>An optimizer, or a group of one, with a momentum.</summary>
        public interface IMomentum
        {
            /// <summary>The momentum factor.</summary>
            double Momentum { get; set; }
        }

        /// <summary>An optimizer, or a group of one, with two betas.</summary>
        public interface IBetas
        {
            /// <summary>The factors of the running means of the gradient and of its square.</summary>
            (double, double) Betas { get; set; }
        }
    }
}
