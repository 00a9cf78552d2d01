namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>The live parameters and persistent buffers (not copies) by dotted name.</summary>
            /// <param name="destination">A dictionary to add to; names already in it are kept.</param>
            /// <param name="prefix">Put with a dot before each name.</param>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                var start = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach (var (name, parameter) in named_parameters(recurse: false))
                {
                    destination.TryAdd(start + name, parameter);
                }

                foreach (var (name, buffer) in named_buffers(recurse: false))
                {
                    destination.TryAdd(start + name, buffer);
                }

                foreach (var (name, child) in named_children())
                {
                    child.state_dict(destination, start + name);
                }

                return destination;
            }

            /// <summary>Copies values into the parameters and persistent buffers, in place.</summary>
            /// <param name="source">Tensors by dotted name.</param>
            /// <param name="strict">Whether every name must be in both.</param>
            /// <param name="skip">Names to leave out of account.</param>
            /// <returns>The names only this module has and the names only the source has.</returns>
            /// <exception cref="InvalidOperationException">Names differ and <paramref name="strict"/> is set.</exception>
            /// <exception cref="ExternalException">A tensor has another shape; nothing has been copied then.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var own = state_dict();
                var missing = own.Keys.Where(key => !source.ContainsKey(key) && !Skipped(key)).ToList();
                var unexpected = source.Keys.Where(key => !own.ContainsKey(key) && !Skipped(key)).ToList();
                if (strict && missing.Count + unexpected.Count > 0)
                {
                    throw new InvalidOperationException(
                        "The loaded state_dict is not identical to the target dictionary: "
                        + $"missing [{string.Join(", ", missing)}], unexpected [{string.Join(", ", unexpected)}].");
                }

                var matches = source.Where(entry => own.ContainsKey(entry.Key) && !Skipped(entry.Key)).ToList();
                foreach (var (key, value) in matches)
                {
                    if (!own[key].shape.SequenceEqual(value.shape))
                    {
                        throw new ExternalException(
                            $"'{key}' has shape [{string.Join(", ", value.shape)}], expected [{string.Join(", ", own[key].shape)}].");
                    }
                }

                using var _ = no_grad();
                foreach (var (key, value) in matches)
                {
                    own[key].copy_(value);
                }

                return (missing, unexpected);

                bool Skipped(string key) => skip is not null && skip.Contains(key);
            }
        }
    }
}
