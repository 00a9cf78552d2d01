using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>The base of all modules: a tree of named parameters, buffers and submodules.</summary>
        public partial class Module : IDisposable
        {
            private readonly OrderedDictionary<string, Module> _submodules = [];
            private readonly OrderedDictionary<string, Parameter> _parametersByName = [];
            private readonly OrderedDictionary<string, (Tensor Buffer, bool Persistent)> _buffersByName = [];
            private bool _componentsRegistered;
            private bool _training = true;

            /// <summary>The name given to the constructor, for people to read.</summary>
            protected string? name;

            /// <summary>Creates a module without parameters; a derived constructor ends with <see cref="RegisterComponents"/>.</summary>
            protected Module(string name) => this.name = name;

            /// <summary>Whether the module is in training mode, as it is from the start.</summary>
            public virtual bool training => _training;

            /// <summary>Sets training (or evaluation) mode here and in all submodules.</summary>
            public virtual void train(bool train = true)
            {
                _training = train;
                foreach (var (_, child) in named_children())
                {
                    child.train(train);
                }
            }

            /// <summary>Sets evaluation mode here and in all submodules.</summary>
            public virtual void eval() => train(false);

            /// <summary>Calls <paramref name="fn"/> on every submodule, then on this module.</summary>
            public virtual Module apply(Action<Module> fn)
            {
                foreach (var child in _submodules.Values)
                {
                    child.apply(fn);
                }

                fn(this);
                return this;
            }

            /// <summary>Drops the gradients of all parameters, or fills them with zeros.</summary>
            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in parameters())
                {
                    using var grad = parameter.grad;
                    if (grad is null)
                    {
                        continue;
                    }

                    if (set_to_none)
                    {
                        parameter.grad = null;
                    }
                    else
                    {
                        grad.zero_();
                    }
                }
            }

            /// <summary>The name given to the constructor, or the type's name.</summary>
            public virtual string GetName() => string.IsNullOrEmpty(name) ? GetType().Name : name;

            /// <summary>Disposes the parameters, buffers and submodules.</summary>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Disposes the parameters, buffers and submodules when <paramref name="disposing"/>.</summary>
            protected virtual void Dispose(bool disposing)
            {
                if (!disposing)
                {
                    return;
                }

                foreach (var (buffer, _) in _buffersByName.Values)
                {
                    buffer.Dispose();
                }

                foreach (var parameter in _parametersByName.Values)
                {
                    parameter.Dispose();
                }

                foreach (var child in _submodules.Values)
                {
                    child.Dispose();
                }
            }
        }
    }
}
