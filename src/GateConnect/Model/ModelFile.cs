// A network as one file: safetensors, whose metadata rebuild the network that the tensors then fill. TorchSharp's own
// file knows names but no structure, so it could load neither a pruned network nor tell what one is for.
using GateConnect.Architecture;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>Saves and loads networks. docs/file-formats.md states the format.</summary>
public static class ModelFile
{
    /// <summary>Saves a network, whole or not at all; equal networks and headers give equal bytes.</summary>
    /// <param name="path">The final name, usually ending in <c>.safetensors</c>.</param>
    /// <param name="network">A <see cref="BranchNetwork"/> with fixed gates, or a <see cref="ResNeXt"/>; stays the caller's.</param>
    /// <param name="header">What it is.</param>
    /// <exception cref="ArgumentException">The header does not describe this network.</exception>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public static void Save(string path, nn.Module<Tensor, Tensor> network, ModelHeader header)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(header);
        if ((header.Mistake() ?? Mismatch(network, header)) is { } mistake)
        {
            throw new ArgumentException($"{path}: the header describes {mistake}", nameof(header));
        }
        var tensors = SafetensorsHeaderWriter.Order(NetworkTensors.Of(network));
        var metadata = ModelMetadata.Write(header);
        metadata[ModelMetadata.Fingerprint] = ModelFingerprint.Of(metadata, tensors);
        SafetensorsFile.Write(path, tensors, metadata);
    }

    /// <summary>Loads what <see cref="Save"/> wrote: checks the fingerprint, rebuilds the network, fills every tensor.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Device and precision; default the CPU and the file's own precision. The affine is the file's.</param>
    /// <returns>The network in evaluation mode; the caller disposes it.</returns>
    /// <exception cref="ModelFileException">Missing, damaged, of another version, or tensors do not fit the header.</exception>
    public static LoadedModel Load(string path, NetworkOptions? options = null)
    {
        using var content = SafetensorsFile.Read(path);
        ModelMetadata.CheckVersion(path, content.Metadata);
        CheckFingerprint(path, content);
        var header = ModelMetadata.Read(path, content.Metadata);
        var precision = CheckPrecision(path, content, header);
        var network = Build(header, (options ?? new NetworkOptions { Precision = precision }) with { LastNormAffine = header.Affine });
        try
        {
            Fill(path, network, content);
            network.eval();
            return new LoadedModel(network, header);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Reads the header alone, in no time; weights and fingerprint are not checked.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">Missing, damaged or of another version.</exception>
    public static ModelHeader ReadHeader(string path)
    {
        var metadata = SafetensorsFile.ReadHeader(path).Metadata;
        ModelMetadata.CheckVersion(path, metadata);
        return ModelMetadata.Read(path, metadata);
    }

    /// <summary>
    /// The SHA-256 over header fields and tensors that the file states, 64 lower-case hexadecimal digits: what names a model
    /// wherever it lies. <see cref="Load"/> checks it.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">Missing, damaged or of another version.</exception>
    public static string ReadFingerprint(string path)
    {
        var metadata = SafetensorsFile.ReadHeader(path).Metadata;
        ModelMetadata.CheckVersion(path, metadata);
        return ModelMetadata.Text(path, metadata, ModelMetadata.Fingerprint);
    }

    private static string? Mismatch(nn.Module<Tensor, Tensor> network, ModelHeader header) => (network, header.Form) switch
    {
        (BranchNetwork branches, NetworkForm.Branches) =>
            branches.Blueprint != header.Blueprint ? "another blueprint than the network's"
            : branches.FanIn != header.FanIn ? $"fan-in {header.FanIn}, the network's is {branches.FanIn}"
            : branches.Options.LastNormAffine != header.Affine ? "another affine of the last norms than the network's"
            : branches.IsWired(header.Connectivity!) ? null : "other gates than the network's; fix them first",
        (ResNeXt resNeXt, NetworkForm.ResNeXt) => resNeXt.Blueprint == header.Blueprint ? null : "another blueprint than the network's",
        _ => $"the form {header.Form}, the network is a {network.GetType().Name}",
    };

    private static nn.Module<Tensor, Tensor> Build(ModelHeader header, NetworkOptions options) =>
        header.Form == NetworkForm.Branches
            ? BranchNetwork.Empty(header.Blueprint, header.Connectivity!, options)
            : ResNeXt.Empty(header.Blueprint, options);

    private static void CheckFingerprint(string path, SafetensorsContent content)
    {
        var expected = ModelMetadata.Text(path, content.Metadata, ModelMetadata.Fingerprint);
        var found = ModelFingerprint.Of(content.Metadata, content.InFileOrder);
        if (found != expected)
        {
            throw new ModelFileException(
                $"{path}: header fields and tensors have SHA-256 {found}, expected __metadata__.sha256; the file was changed or damaged, get it again");
        }
        if (!content.Header.IsOwn)
        {
            throw new ModelFileException($"{path}: the header is not written as this software writes it; the file was changed or damaged, get it again");
        }
    }

    // Before the network takes memory: a small file must not ask for a large network.
    private static ScalarType CheckPrecision(string path, SafetensorsContent content, ModelHeader header)
    {
        var values = content.Tensors.Values.Sum(tensor => tensor.numel());
        var parameters = CostModel.Of(header.Blueprint, header.Form, header.Affine).Parameters;
        if (values < parameters)
        {
            throw new ModelFileException($"{path}: holds {values} values, expected at least the {parameters} parameters of its blueprint");
        }
        var types = content.Header.Tensors.Select(entry => entry.Type).Distinct().ToArray();
        return types is [ScalarType.Float32] or [ScalarType.Float64]
            ? types[0]
            : throw new ModelFileException($"{path}: holds tensors of {string.Join(" and ", types)}, expected all Float32 or all Float64");
    }

    private static void Fill(string path, nn.Module<Tensor, Tensor> network, SafetensorsContent content)
    {
        using var frozen = no_grad();
        var targets = NetworkTensors.Of(network);
        var unknown = content.Tensors.Keys.Except(targets.Select(target => target.Name)).Order(StringComparer.Ordinal).FirstOrDefault();
        if (unknown is not null)
        {
            throw new ModelFileException($"{path}: holds a tensor '{unknown}', which the network of its header has not");
        }
        foreach (var (name, target) in targets)
        {
            var value = content.Tensors.GetValueOrDefault(name)
                ?? throw new ModelFileException($"{path}: the tensor '{name}' is missing; expected shape [{string.Join(", ", target.shape)}]");
            if (!value.shape.SequenceEqual(target.shape))
            {
                throw new ModelFileException(
                    $"{path}: the tensor '{name}' has shape [{string.Join(", ", value.shape)}], expected [{string.Join(", ", target.shape)}]");
            }
            target.copy_(value);
        }
    }
}
