// What was read from a safetensors file: the header's values and the tensors, owned here until disposed.
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>Metadata and tensors of one file. Owns the tensors: dispose it.</summary>
internal sealed class SafetensorsContent : IDisposable
{
    private readonly Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);

    internal SafetensorsContent(SafetensorsHeader header) => Header = header;

    /// <summary>Names, types, shapes and metadata.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>The string map <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => Header.Metadata;

    /// <summary>The tensors by name, on the CPU and contiguous; they belong to this object.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => tensors;

    /// <summary>The same in the order of the file.</summary>
    internal IReadOnlyList<(string Name, Tensor Value)> InFileOrder =>
        [.. Header.Tensors.Select(entry => (entry.Name, tensors[entry.Name]))];

    internal void Add(string name, Tensor value) => tensors.Add(name, value);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
