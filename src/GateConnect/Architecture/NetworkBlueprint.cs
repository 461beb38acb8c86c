// The plan of a network as a plain value: nothing is allocated. PAPER sections 3 and 4 give the rules; a pruned
// network is the same plan with fewer blocks in some modules.
using GateConnect.Data;
using GateConnect.Runtime;

namespace GateConnect.Architecture;

/// <summary>Everything about a network's shape except which branch reads which (<see cref="Connectivity"/>).</summary>
/// <param name="Size">The size as the paper writes it, before pruning.</param>
/// <param name="Image">The shape of the input images; height and width may be any from 8 up.</param>
/// <param name="Classes">How many classes the head tells apart; at least 2.</param>
/// <param name="Stem">The first convolution.</param>
/// <param name="Modules">The chain of multi-branch modules; never empty.</param>
public sealed record NetworkBlueprint(
    NetworkSize Size, ImageShape Image, int Classes, StemBlueprint Stem, IReadOnlyList<ModuleBlueprint> Modules)
{
    /// <summary>Channels the head reads: the last module's output d.</summary>
    public int HeadChannels => Modules[^1].OutputChannels;

    /// <summary>Live blocks over all modules.</summary>
    public int Blocks => Modules.Sum(module => module.Blocks);

    /// <summary>Height and width after the stem, its max-pool included.</summary>
    public (int Height, int Width) StemOutput => Stem.Output(Image.Height, Image.Width);

    /// <summary>The network of this size for these images (PAPER section 4).</summary>
    /// <exception cref="ConfigurationException">Size, image or class count are invalid; all mistakes are listed.</exception>
    public static NetworkBlueprint Create(NetworkSize size, ImageShape image, int classes)
    {
        var mistakes = size.Mistakes().ToList();
        if (classes < 2)
        {
            mistakes.Add($"classes: {classes} is fewer than 2; a classifier needs at least two classes");
        }
        if (image.Channels is not (1 or 3))
        {
            mistakes.Add($"image.channels: {image.Channels} is neither 1 (grey) nor 3 (colour)");
        }
        if (image.Height is < 8 or > 4096 || image.Width is < 8 or > 4096)
        {
            mistakes.Add($"image.size: {image.Height}x{image.Width} is outside 8 to 4096 pixels");
        }
        if (mistakes.Count > 0)
        {
            throw new ConfigurationException(mistakes);
        }
        var outputs = StageOneOutputs(size);
        var stem = StemBlueprint.For(size, image, outputs);
        return new NetworkBlueprint(size, image, classes, stem, Chain(size, stem.Channels, outputs));
    }

    /// <summary>The network of this size that tells the classes of these images apart.</summary>
    /// <param name="size">{depth, bottleneck width, cardinality}.</param>
    /// <param name="images">Give the shape of the input and the number of classes.</param>
    /// <exception cref="ConfigurationException">Size, image or class count are invalid; all mistakes are listed.</exception>
    public static NetworkBlueprint Create(NetworkSize size, ImageDataset images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Create(size, images.Shape, images.ClassNames.Count);
    }

    /// <summary>The same network with <paramref name="blocks"/>[i] live blocks in module i.</summary>
    /// <exception cref="ArgumentException">The count of modules differs, or a module would be empty or grow.</exception>
    public NetworkBlueprint WithBlocks(IReadOnlyList<int> blocks)
    {
        if (blocks.Count != Modules.Count)
        {
            throw new ArgumentException($"{blocks.Count} block counts for {Modules.Count} modules", nameof(blocks));
        }
        var modules = new ModuleBlueprint[blocks.Count];
        for (var index = 0; index < blocks.Count; index++)
        {
            if (blocks[index] < 1 || blocks[index] > Modules[index].Blocks)
            {
                throw new ArgumentException(
                    $"module {index}: {blocks[index]} blocks is outside 1 to {Modules[index].Blocks}", nameof(blocks));
            }
            modules[index] = Modules[index] with { Blocks = blocks[index] };
        }
        return this with { Modules = modules };
    }

    /// <summary>Height and width after module <paramref name="index"/>.</summary>
    public (int Height, int Width) OutputOf(int index)
    {
        var (height, width) = StemOutput;
        for (var module = 0; module <= index; module++)
        {
            height = Strided(height, Modules[module].Stride);
            width = Strided(width, Modules[module].Stride);
        }
        return (height, width);
    }

    /// <inheritdoc/>
    public bool Equals(NetworkBlueprint? other) =>
        other is not null && Size == other.Size && Image == other.Image && Classes == other.Classes
        && Stem == other.Stem && Modules.SequenceEqual(other.Modules);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Size, Image, Classes, Stem, Modules.Count, Blocks);

    internal static int Strided(int length, int stride) => (length - 1) / stride + 1;

    // Where C x w fits into 64 channels the narrow stem of the CIFAR ResNets is used, else the published wide one.
    private static int StageOneOutputs(NetworkSize size) =>
        !size.IsLargeImageFamily && size.Cardinality * size.BottleneckWidth <= 64 ? 64 : 256;

    private static ModuleBlueprint[] Chain(NetworkSize size, int stemChannels, int stageOneOutputs)
    {
        var modules = new List<ModuleBlueprint>();
        var inputs = stemChannels;
        var perStage = size.ModulesPerStage!;
        for (var stage = 0; stage < perStage.Length; stage++)
        {
            for (var place = 0; place < perStage[stage]; place++)
            {
                var outputs = stageOneOutputs << stage;
                modules.Add(new ModuleBlueprint(
                    Index: modules.Count,
                    Stage: stage,
                    InputChannels: inputs,
                    BottleneckWidth: size.BottleneckWidth << stage,
                    OutputChannels: outputs,
                    Stride: stage > 0 && place == 0 ? 2 : 1,
                    Blocks: size.Cardinality));
                inputs = outputs;
            }
        }
        return [.. modules];
    }
}

/// <summary>The first convolution, with its batch norm, ReLU and optional max-pool.</summary>
/// <param name="Channels">Output channels.</param>
/// <param name="Kernel">3, or 7 for large images.</param>
/// <param name="Stride">1 up to 48 pixels, else 2.</param>
/// <param name="MaxPool">Whether a 3x3 max-pool of stride 2 follows.</param>
public sealed record StemBlueprint(int Channels, int Kernel, int Stride, bool MaxPool)
{
    internal static StemBlueprint For(NetworkSize size, ImageShape image, int stageOneOutputs)
    {
        var channels = stageOneOutputs / 4;
        var longest = Math.Max(image.Height, image.Width);
        return size.IsLargeImageFamily || longest > 112
            ? new StemBlueprint(channels, Kernel: 7, Stride: 2, MaxPool: true)
            : new StemBlueprint(channels, Kernel: 3, Stride: longest <= 48 ? 1 : 2, MaxPool: false);
    }

    internal (int Height, int Width) Output(int height, int width)
    {
        var total = MaxPool ? (Strides: 2, Stride) : (Strides: 1, Stride);
        for (var step = 0; step < total.Strides; step++)
        {
            var stride = step == 0 ? Stride : 2;
            (height, width) = (NetworkBlueprint.Strided(height, stride), NetworkBlueprint.Strided(width, stride));
        }
        return (height, width);
    }
}

/// <summary>One module: parallel residual blocks of one shape.</summary>
/// <param name="Index">Place in the chain, from 0.</param>
/// <param name="Stage">Stage, from 0; a new stage halves the resolution (the first does not) and doubles the widths.</param>
/// <param name="InputChannels">Channels of what each block reads.</param>
/// <param name="BottleneckWidth">Channels w of each block's 3x3 convolution.</param>
/// <param name="OutputChannels">Channels d of each block's output.</param>
/// <param name="Stride">Stride of the 3x3 convolution and of the projection, 1 or 2.</param>
/// <param name="Blocks">Live residual blocks: C before pruning.</param>
public sealed record ModuleBlueprint(
    int Index, int Stage, int InputChannels, int BottleneckWidth, int OutputChannels, int Stride, int Blocks)
{
    /// <summary>Whether the shortcut is a 1x1 projection (shared by all blocks) and not the identity.</summary>
    public bool HasProjection => Stride != 1 || InputChannels != OutputChannels;
}
