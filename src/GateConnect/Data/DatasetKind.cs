// The kinds of data a run can learn from, and the one spelling each has on the command line, in run.json and as a
// folder name in the cache.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>A kind of data.</summary>
public enum DatasetKind
{
    /// <summary>Fashion-MNIST: 28x28 grey, 10 classes, IDX files.</summary>
    FashionMnist,

    /// <summary>MNIST: 28x28 grey, 10 classes, IDX files.</summary>
    Mnist,

    /// <summary>CIFAR-10: 32x32 colour, 10 classes, binary records.</summary>
    Cifar10,

    /// <summary>CIFAR-100: 32x32 colour, 100 classes, binary records.</summary>
    Cifar100,

    /// <summary>The user's own folder of images, one sub-folder per class.</summary>
    Folder,

    /// <summary>Synthetic shapes, drawn from a seed; nothing is read.</summary>
    Shapes,
}

/// <summary>The text names of <see cref="DatasetKind"/>.</summary>
public static class DatasetKinds
{
    private static readonly (DatasetKind Kind, string Text)[] Names =
    [
        (DatasetKind.FashionMnist, "fashion-mnist"),
        (DatasetKind.Mnist, "mnist"),
        (DatasetKind.Cifar10, "cifar10"),
        (DatasetKind.Cifar100, "cifar100"),
        (DatasetKind.Folder, "folder"),
        (DatasetKind.Shapes, "shapes"),
    ];

    /// <summary>The kind that <paramref name="text"/> names, whatever its case.</summary>
    /// <exception cref="ConfigurationException">No kind has that name; the message lists those there are.</exception>
    public static DatasetKind Parse(string text)
    {
        foreach (var (kind, name) in Names)
        {
            if (string.Equals(name, text, StringComparison.OrdinalIgnoreCase))
            {
                return kind;
            }
        }
        var known = string.Join(", ", Names.Select(pair => pair.Text));
        throw new ConfigurationException($"dataset: '{text}' is not one of {known}");
    }

    /// <summary>The name of <paramref name="kind"/>, such as <c>fashion-mnist</c>.</summary>
    public static string Text(this DatasetKind kind) => Names.First(pair => pair.Kind == kind).Text;
}
