using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Adds a buffer: a tensor that belongs to the state but is not trained.</summary>
            /// <param name="name">Its name in this module.</param>
            /// <param name="tensor">The buffer.</param>
            /// <param name="persistent">Whether it is enumerated by <see cref="named_buffers"/> and part of the state dictionary.</param>
            /// <exception cref="InvalidOperationException">The name is taken.</exception>
            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                if (tensor is null || tensor.IsInvalid)
                {
                    throw new ArgumentNullException(nameof(tensor), "A null tensor cannot be registered as a buffer.");
                }

                if (!_buffersByName.TryAdd(name, (tensor, persistent)))
                {
                    throw new InvalidOperationException($"Tensor {name} is already registered.");
                }
            }

            /// <summary>Adds a parameter.</summary>
            /// <exception cref="InvalidOperationException">The name is taken.</exception>
            public virtual void register_parameter(string name, Parameter param)
            {
                if (param is null || param.IsInvalid)
                {
                    throw new ArgumentNullException(nameof(param), "A null tensor cannot be registered as a parameter.");
                }

                if (!_parametersByName.TryAdd(name, param))
                {
                    throw new InvalidOperationException($"Parameter {name} is already registered.");
                }
            }

            /// <summary>The same as <see cref="register_module"/>.</summary>
            public void add_module(string name, Module module) => register_module(name, module);

            /// <summary>Adds a submodule and registers its own components; a null removes the one of that name.</summary>
            /// <exception cref="ArgumentException">The name is empty or contains a dot.</exception>
            /// <exception cref="InvalidOperationException">The name is taken.</exception>
            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null)
                {
                    _submodules.Remove(name);
                    return;
                }

                AddSubmodule(name, submodule);
                submodule.RegisterComponents();
            }

            /// <summary>Registers every field that holds a module, a parameter or another tensor (a buffer), under the field's name.</summary>
            /// <remarks>Names already registered are left as they are, and only the first call does anything.</remarks>
            protected virtual void RegisterComponents()
            {
                if (_componentsRegistered)
                {
                    return;
                }

                foreach (var field in InstanceFields(GetType()))
                {
                    if (_submodules.ContainsKey(field.Name) || _parametersByName.ContainsKey(field.Name) || _buffersByName.ContainsKey(field.Name))
                    {
                        continue;
                    }

                    switch (field.GetValue(this))
                    {
                        case Module module:
                            register_module(field.Name, module);
                            break;
                        case Parameter parameter:
                            register_parameter(field.Name, parameter);
                            break;
                        case Tensor tensor:
                            register_buffer(field.Name, tensor);
                            break;
                    }
                }

                _componentsRegistered = true;
            }

            /// <summary>Sets, replaces or (with null) removes a parameter.</summary>
            protected void ConditionallyRegisterParameter(string name, Parameter? value)
            {
                if (value is null)
                {
                    _parametersByName.Remove(name);
                }
                else
                {
                    _parametersByName[name] = value;
                }
            }

            /// <summary>Sets, replaces or (with null) removes a buffer.</summary>
            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true)
            {
                if (value is null)
                {
                    _buffersByName.Remove(name);
                }
                else
                {
                    _buffersByName[name] = (value, persistent);
                }
            }

            private protected void AddSubmodule(string name, Module submodule)
            {
                if (string.IsNullOrEmpty(name))
                {
                    throw new ArgumentException("module name can't be empty string \"\"", nameof(name));
                }

                if (name.Contains('.'))
                {
                    throw new ArgumentException($"module name can't contain \".\", got: {name}", nameof(name));
                }

                if (!_submodules.TryAdd(name, submodule))
                {
                    throw new InvalidOperationException($"Sub-module {name} is already registered.");
                }
            }

            /// <summary>Replaces a layer's own parameter: the old one is disposed, the new one outlives the current scope.</summary>
            private protected void SetParameter(string name, Parameter? value)
            {
                if (_parametersByName.TryGetValue(name, out var current) && !ReferenceEquals(current, value))
                {
                    current.Dispose();
                }

                value?.DetachFromDisposeScope();
                ConditionallyRegisterParameter(name, value);
            }

            /// <summary>Replaces a layer's own buffer: the old one is disposed, the new one outlives the current scope.</summary>
            private protected void SetBuffer(string name, Tensor? value)
            {
                if (_buffersByName.TryGetValue(name, out var current) && !ReferenceEquals(current.Buffer, value))
                {
                    current.Buffer.Dispose();
                }

                value?.DetachFromDisposeScope();
                ConditionallyRegisterBuffer(name, value);
            }

            private static IEnumerable<FieldInfo> InstanceFields(Type type)
            {
                var seen = new HashSet<string>();
                for (var current = type; current is not null; current = current.BaseType)
                {
                    foreach (var field in current.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
                    {
                        if (seen.Add(field.Name))
                        {
                            yield return field;
                        }
                    }
                }
            }
        }
    }
}
