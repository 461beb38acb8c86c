// g of PAPER section 1, one matrix per module but the first: what the forward pass multiplies with, whatever rule
// chose the values. Not a part of the weights: no optimiser sees it, no weight decay touches it.
using System.Collections.Immutable;
using GateConnect.Architecture;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>The gates of a network as tensors. Owns them; dispose it with the network.</summary>
public sealed class ConnectionGates : IDisposable
{
    private readonly Tensor[] gates;

    internal ConnectionGates(NetworkBlueprint blueprint, ScalarType dtype, Device device)
    {
        gates = new Tensor[blueprint.Modules.Count - 1];
        for (var index = 0; index < gates.Length; index++)
        {
            gates[index] = torch.zeros(
                [blueprint.Modules[index + 1].Blocks, blueprint.Modules[index].Blocks], dtype, device).DetachFromDisposeScope();
        }
    }

    /// <summary>How many modules have gates: all but the first.</summary>
    public int Count => gates.Length;

    /// <summary>The gates of module <paramref name="module"/> (from 1), [readers, sources]; stays owned by this object.</summary>
    internal Tensor Of(int module) => gates[module - 1];

    /// <summary>Opens and closes the gates of module <paramref name="module"/> (from 1).</summary>
    /// <param name="module">The reading module.</param>
    /// <param name="values">[readers, sources], each in [0, 1]; 0 and 1 under the rule <c>paper</c>.</param>
    public void Set(int module, float[,] values)
    {
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            var gate = gates[module - 1];
            gate.copy_(torch.tensor(values, dtype: gate.dtype, device: gate.device));
        }
    }

    /// <summary>Fixes all gates to a wiring; no gradient is computed for them from now on.</summary>
    public void Fix(Connectivity connectivity)
    {
        ArgumentNullException.ThrowIfNull(connectivity);
        foreach (var module in connectivity.Modules)
        {
            Set(module.Module, module.ToGates());
        }
        foreach (var gate in gates)
        {
            gate.requires_grad_(false);
        }
    }

    /// <summary>The wiring that the gates form.</summary>
    /// <exception cref="InvalidOperationException">Gates are neither 0 nor 1, or not equally many per block are open.</exception>
    internal Connectivity Read() => new([.. Enumerable.Range(1, gates.Length).Select(Read)]);

    private ModuleConnectivity Read(int module)
    {
        using var scope = NewDisposeScope();
        var gate = gates[module - 1].detach().to(ScalarType.Float32).cpu().contiguous();
        var (values, sources) = (gate.data<float>().ToArray(), (int)gate.shape[1]);
        ImmutableArray<ImmutableArray<int>> reads =
            [.. values.Chunk(sources).Select(row => Enumerable.Range(0, sources).Where(source => row[source] == 1).ToImmutableArray())];
        return values.All(value => value is 0 or 1) && reads.All(row => row.Length > 0 && row.Length == reads[0].Length)
            ? new ModuleConnectivity(module, sources, reads)
            : throw new InvalidOperationException($"module {module}: its gates are not a wiring; train to the end, or fix them to one");
    }

    /// <summary>From now on every backward pass also computes dL/dg_jk for every connection, open or closed.</summary>
    public void Learn()
    {
        foreach (var gate in gates)
        {
            gate.requires_grad_(true);
        }
    }

    /// <summary>dL/dg of module <paramref name="module"/> (from 1) from the last backward pass, [readers, sources].</summary>
    /// <exception cref="InvalidOperationException">No backward pass has reached the gates.</exception>
    public float[,] Gradient(int module)
    {
        using var scope = NewDisposeScope();
        var gradient = gates[module - 1].grad
            ?? throw new InvalidOperationException($"module {module}: the gates have no gradient; call Learn and backward first");
        var values = gradient.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        var result = new float[gradient.shape[0], gradient.shape[1]];
        Buffer.BlockCopy(values, 0, result, 0, values.Length * sizeof(float));
        return result;
    }

    /// <summary>The squared length of all gradients of the last backward pass; not finite where any entry is not.</summary>
    /// <exception cref="InvalidOperationException">No backward pass has reached the gates.</exception>
    public double SquaredGradient()
    {
        var sum = 0.0;
        for (var module = 1; module <= gates.Length; module++)
        {
            foreach (var entry in Gradient(module))
            {
                sum += (double)entry * entry;
            }
        }
        return sum;
    }

    /// <summary>Forgets the gradients of the last backward pass.</summary>
    public void ZeroGradients()
    {
        foreach (var gate in gates)
        {
            gate.grad?.zero_();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var gate in gates)
        {
            gate.Dispose();
        }
    }
}
