// One IDX file: a big-endian header (magic, counts) and then bytes. Nothing is allocated on the word of the header
// alone: its claim is first held against the length of the file.
using System.Buffers.Binary;
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Parses single IDX files of unsigned bytes: images (three dimensions) and labels (one).</summary>
internal static class IdxFile
{
    private const uint ImagesMagic = 0x00000803;
    private const uint LabelsMagic = 0x00000801;
    private const int ImagesHeaderBytes = 16;
    private const int LabelsHeaderBytes = 8;
    private const int MostPixelsPerImage = 1 << 24;

    /// <summary>Reads an image file: magic 0x00000803, count, rows, columns, then count x rows x columns bytes.</summary>
    internal static IdxImages ReadImages(string path)
    {
        using var reader = ExactReader.Open(path);
        ExpectMagic(reader, ImagesMagic, "IDX images of unsigned bytes");
        var count = Dimension(reader, "number of images");
        var rows = Dimension(reader, "number of rows");
        var columns = Dimension(reader, "number of columns");
        ExpectRoom(reader, ImagesHeaderBytes, count, (long)rows * columns);
        if ((long)rows * columns > MostPixelsPerImage)
        {
            throw new DataException($"{path}: {rows} x {columns} pixels at offset 8, expected at most {MostPixelsPerImage} an image");
        }

        var images = new List<byte[]>();
        for (var index = 0; index < count; index++)
        {
            var image = new byte[rows * columns];
            reader.Fill(image, $"image {index} of {count}");
            images.Add(image);
        }
        reader.ExpectEnd($"{count} images of {rows}x{columns}");
        return new IdxImages(path, new ImageShape(1, rows, columns), [.. images]);
    }

    /// <summary>Reads a label file: magic 0x00000801, count, then one byte per label, each below <paramref name="classCount"/>.</summary>
    internal static int[] ReadLabels(string path, int classCount)
    {
        using var reader = ExactReader.Open(path);
        ExpectMagic(reader, LabelsMagic, "IDX labels of unsigned bytes");
        var count = Dimension(reader, "number of labels");
        ExpectRoom(reader, LabelsHeaderBytes, count, 1);

        var labels = new List<int>();
        Span<byte> chunk = stackalloc byte[4096];
        while (labels.Count < count)
        {
            var part = chunk[..Math.Min(chunk.Length, count - labels.Count)];
            reader.Fill(part, $"labels {labels.Count} to {labels.Count + part.Length - 1} of {count}");
            foreach (var label in part)
            {
                if (label >= classCount)
                {
                    throw new DataException(
                        $"{path}: label {label} at offset {LabelsHeaderBytes + labels.Count}, expected 0 to {classCount - 1}");
                }
                labels.Add(label);
            }
        }
        reader.ExpectEnd($"{count} labels");
        return [.. labels];
    }

    private static void ExpectMagic(ExactReader reader, uint expected, string meaning)
    {
        var magic = ReadWord(reader, "magic number");
        if (magic != expected)
        {
            throw new DataException($"{reader.Name}: magic number 0x{magic:x8} at offset 0, expected 0x{expected:x8} ({meaning})");
        }
    }

    private static int Dimension(ExactReader reader, string meaning)
    {
        var offset = reader.Offset;
        var value = ReadWord(reader, meaning);
        return value is > 0 and <= int.MaxValue
            ? (int)value
            : throw new DataException($"{reader.Name}: {meaning} is {value} at offset {offset}, expected 1 to {int.MaxValue}");
    }

    private static uint ReadWord(ExactReader reader, string meaning)
    {
        Span<byte> word = stackalloc byte[4];
        reader.Fill(word, meaning);
        return BinaryPrimitives.ReadUInt32BigEndian(word);
    }

    private static void ExpectRoom(ExactReader reader, int headerBytes, int count, long itemBytes)
    {
        // 128 bits: three dimensions of 31 bits do not fit in 64.
        var claimed = (Int128)headerBytes + (Int128)count * itemBytes;
        if (claimed > reader.MostBytes)
        {
            var holds = reader.IsPacked ? $"can unpack to {reader.MostBytes} at most" : $"has {reader.MostBytes}";
            throw new DataException($"{reader.Name}: the header at offset 0 asks for {claimed} bytes, but the file {holds}");
        }
    }
}

/// <summary>The images of one IDX file.</summary>
/// <param name="Path">The file they came from.</param>
/// <param name="Shape">One channel, rows, columns.</param>
/// <param name="Pixels">One array per image.</param>
internal sealed record IdxImages(string Path, ImageShape Shape, byte[][] Pixels);
