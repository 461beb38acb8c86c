// Pretrained in: a ResNeXt that another tool trained becomes a network of branches with all gates open, which computes the
// same (PAPER section 3). The way back out is ONNX.
using System.Globalization;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Export;

/// <summary>Reads safetensors files with the weights of a ResNeXt, named as torchvision and timm name them.</summary>
public static class PretrainedResNeXt
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; values of type F16, BF16, F32 or F64 become float32.</param>
    /// <param name="options">What the file does not say.</param>
    /// <returns>A <see cref="BranchNetwork"/>, all gates open, in evaluation mode, and its header; the caller disposes it.</returns>
    /// <exception cref="ConfigurationException">Options are out of range, or the class names are not as many as the classes.</exception>
    /// <exception cref="ModelFileException">Missing or damaged; or tensors are missing, surplus or misshapen, all of them listed.</exception>
    public static LoadedModel Read(string path, PretrainedOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        RefuseArchive(path);
        TorchRuntime.EnsureLoaded();
        ResNeXt? source = null;
        try
        {
            SafetensorsFile.ReadForeign(path, header =>
            {
                var blueprint = Check(path, options, header);
                source = ResNeXt.Empty(blueprint, NetworkOptions.Default);
                return Filling(path, source);
            });
            return Opened(source!, options);
        }
        finally
        {
            source?.Dispose();
        }
    }

    private static NetworkBlueprint Check(string path, PretrainedOptions options, SafetensorsHeader header)
    {
        if (header.Metadata.GetValueOrDefault("format") == ModelMetadata.Format)
        {
            throw new ModelFileException($"{path}: is a model of GateConnect already; use it as it is, such as: gateconnect train --from {path}");
        }
        var image = new ImageShape(options.Normalization.Mean.Count, options.Side, options.Side);
        var blueprint = NetworkBlueprint.Create(options.Size, image, options.Classes ?? Classes(path, options, header));
        PretrainedMistakes.Require(path, options.Size, PretrainedLayout.Of(blueprint), header);
        return options.ClassNames is { } names && names.Count != blueprint.Classes
            ? throw new ConfigurationException($"classNames: {names.Count} names, but the head of {path} tells {blueprint.Classes} classes apart")
            : blueprint;
    }

    // As many as the head has rows; where there is no such head, a number to hold the file against.
    private static int Classes(string path, PretrainedOptions options, SafetensorsHeader header) =>
        header.Tensors.FirstOrDefault(entry => entry.Name == PretrainedLayout.HeadWeight)?.Shape switch
        {
            [< 2, _] => throw new ModelFileException($"{path}: {PretrainedLayout.HeadWeight} tells fewer than two classes apart, expected a classifier"),
            [<= int.MaxValue and var rows, _] => (int)rows,
            _ => options.Size.IsLargeImageFamily ? 1000 : 10,
        };

    private static Action<SafetensorsEntry, Tensor> Filling(string path, ResNeXt source)
    {
        var targets = NetworkTensors.Of(source).ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal);
        var layout = PretrainedLayout.Of(source.Blueprint).ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        return (entry, value) =>
        {
            if (layout.TryGetValue(entry.Name, out var tensor)) // the others are counters
            {
                using var frozen = no_grad();
                var (single, target) = (value.to(ScalarType.Float32), targets[tensor.Key]);
                RequireUsable(path, entry.Name, single);
                target.copy_(tensor.Key.EndsWith(".expand", StringComparison.Ordinal) ? PerBlock(single, target.shape) : single.view(target.shape));
            }
        };
    }

    // There the last 1x1 of all blocks is one convolution, in which block b has columns b*w to b*w + w - 1.
    private static Tensor PerBlock(Tensor kernel, long[] shape) =>
        kernel.view(shape[1], shape[0], shape[2]).permute(1, 0, 2); // [d, C*w, 1, 1] -> [C, d, w]

    private static void RequireUsable(string path, string name, Tensor value)
    {
        if (!value.isfinite().all().item<bool>())
        {
            throw new ModelFileException($"{path}: {name} holds a value that is not finite as float32; the file is damaged, or its training diverged");
        }
        using Scalar zero = 0.0;
        if (name.EndsWith(".running_var", StringComparison.Ordinal) && value.lt(zero).any().item<bool>())
        {
            throw new ModelFileException($"{path}: {name} holds a negative variance; the file is damaged");
        }
    }

    private static LoadedModel Opened(ResNeXt source, PretrainedOptions options)
    {
        var (blueprint, wiring) = (source.Blueprint, Connectivity.Full(source.Blueprint));
        var names = options.ClassNames ?? [.. Enumerable.Range(0, blueprint.Classes).Select(label => label.ToString(CultureInfo.InvariantCulture))];
        var header = new ModelHeader(
            NetworkForm.Branches, blueprint, blueprint.Size.Cardinality, options.LastNormAffine, wiring, options.Normalization, names, options.Dataset);
        var network = BranchConversion.FromResNeXt(source, options.LastNormAffine);
        network.eval();
        return new LoadedModel(network, header);
    }

    // What torch.save writes is a ZIP archive of pickled objects, the likeliest mistake.
    private static void RefuseArchive(string path)
    {
        if (!File.Exists(path))
        {
            return; // the reader of the file says so
        }
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.ReadByte() == 'P' && stream.ReadByte() == 'K')
            {
                throw new ModelFileException($"{path}: is a PyTorch archive, expected safetensors; docs/pretrained.md says how to convert it");
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException($"{path}: cannot be read ({failure.Message})", failure);
        }
    }
}
