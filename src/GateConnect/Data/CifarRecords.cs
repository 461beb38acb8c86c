// The records of CIFAR's files, gathered by file name from wherever they lie (a folder or an archive), and put
// together as a dataset once all of them are there.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Gathers the files of one CIFAR dataset, in any order.</summary>
internal sealed class CifarRecords(CifarLayout layout, string source)
{
    private const int LongestNamesFile = 1 << 16;

    private readonly Dictionary<string, (byte[][] Pixels, int[] Labels)> files = [];
    private IReadOnlyList<string> classNames = layout.StandardNames;

    /// <summary>Whether a file of this name belongs to the dataset.</summary>
    internal bool Wants(string fileName) => fileName == layout.NamesFile || layout.ImageFiles.Contains(fileName);

    /// <summary>Reads the file <paramref name="fileName"/> of <see cref="ExactReader.MostBytes"/> bytes.</summary>
    internal void Add(string fileName, ExactReader reader)
    {
        if (fileName == layout.NamesFile)
        {
            classNames = ReadNames(reader);
        }
        else if (!files.TryAdd(fileName, ReadRecords(reader)))
        {
            throw new DataException($"{source}: holds {fileName} twice, expected it once");
        }
    }

    /// <summary>The dataset, once every file was added.</summary>
    internal DatasetParts ToParts()
    {
        var missing = layout.ImageFiles.Where(name => !files.ContainsKey(name)).ToArray();
        return missing.Length == 0
            ? new DatasetParts(Join(layout.TrainFiles), Join([layout.TestFile]))
            : throw new DataException(
                $"{source}: no {string.Join(", ", missing)}; expected the files of {layout.Name}'s binary version ({layout.FolderName})");
    }

    private ImageDataset Join(IReadOnlyList<string> names) => new(
        layout.Name,
        CifarLayout.Shape,
        classNames,
        [.. names.SelectMany(name => files[name].Pixels)],
        [.. names.SelectMany(name => files[name].Labels)]);

    private (byte[][] Pixels, int[] Labels) ReadRecords(ExactReader reader)
    {
        var (count, rest) = Math.DivRem(reader.MostBytes, layout.RecordBytes);
        if (rest != 0 || count is 0 or > CifarLayout.MostRecordsPerFile)
        {
            throw new DataException(
                $"{reader.Name}: has {reader.MostBytes} bytes, " +
                $"expected 1 to {CifarLayout.MostRecordsPerFile} records of {layout.RecordBytes}");
        }
        var pixels = new List<byte[]>();
        var labels = new List<int>();
        Span<byte> label = stackalloc byte[layout.LabelBytes];
        while (pixels.Count < count)
        {
            reader.Fill(label, $"label of record {pixels.Count} of {count}");
            labels.Add(CheckedLabel(label[^1], reader));
            var image = new byte[CifarLayout.Shape.ByteCount];
            reader.Fill(image, $"pixels of record {pixels.Count} of {count}");
            pixels.Add(image);
        }
        return ([.. pixels], [.. labels]);
    }

    private int CheckedLabel(byte label, ExactReader reader) => label < layout.StandardNames.Count
        ? label
        : throw new DataException(
            $"{reader.Name}: label {label} at offset {reader.Offset - 1}, " +
            $"expected 0 to {layout.StandardNames.Count - 1} for {layout.Name}");

    private string[] ReadNames(ExactReader reader)
    {
        if (reader.MostBytes > LongestNamesFile)
        {
            throw new DataException($"{reader.Name}: has {reader.MostBytes} bytes, expected at most {LongestNamesFile} of class names");
        }
        var bytes = new byte[reader.MostBytes];
        reader.Fill(bytes, "class names");
        var names = System.Text.Encoding.UTF8.GetString(bytes)
            .Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.Length == layout.StandardNames.Count
            ? names
            : throw new DataException($"{reader.Name}: has {names.Length} class names, expected {layout.StandardNames.Count}");
    }
}
