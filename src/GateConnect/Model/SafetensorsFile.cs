// Tensors with names in the standard safetensors container, which every other tool reads: models and checkpoints.
// Writing is deterministic and atomic; reading trusts nothing (SafetensorsHeaderParser).
using GateConnect.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>Reads and writes safetensors files of Float32, Float64 and Int64 tensors; reads those of other tools.</summary>
internal static class SafetensorsFile
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Writes a file, whole or not at all: the same bytes for the same names, values and metadata.</summary>
    /// <param name="path">The final name.</param>
    /// <param name="tensors">Names and values in any order, on any device; they stay the caller's.</param>
    /// <param name="metadata">The string map <c>__metadata__</c>; left out where empty.</param>
    /// <exception cref="ArgumentException">A name is taken or reserved, or a type is none of the three.</exception>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public static void Write(
        string path, IReadOnlyList<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var layout = new SafetensorsLayout(tensors, metadata);
        AtomicFile.Write(path, layout.WriteTo, layout.ByteCount);
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Metadata and tensors on the CPU; the caller disposes it.</returns>
    /// <exception cref="ModelFileException">The file is missing, unreadable or damaged: file, offset, expectation.</exception>
    public static SafetensorsContent Read(string path) => Reading(path, stream =>
    {
        var header = SafetensorsHeaderParser.Read(stream, path, SafetensorsOrigin.Own);
        var content = new SafetensorsContent(header);
        try
        {
            foreach (var entry in header.Tensors)
            {
                var value = torch.empty([.. entry.Shape], entry.Type).DetachFromDisposeScope();
                content.Add(entry.Name, value);
                TensorBytes.ForEachPiece(value, stream.ReadExactly);
            }
            return content;
        }
        catch
        {
            content.Dispose();
            throw;
        }
    });

    /// <summary>Reads the header alone; the values are not looked at, only their extent.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">The file is missing, unreadable or damaged: file, offset, expectation.</exception>
    public static SafetensorsHeader ReadHeader(string path) =>
        Reading(path, stream => SafetensorsHeaderParser.Read(stream, path, SafetensorsOrigin.Own));

    /// <summary>Reads a file of another tool, one tensor in memory at a time.</summary>
    /// <param name="path">The file.</param>
    /// <param name="take">
    /// Sees the header before any value is read, refuses it by an exception, and gives what is done with every tensor:
    /// on the CPU, in the type that it has in the file, disposed afterwards.
    /// </param>
    /// <exception cref="ModelFileException">The file is missing, unreadable or damaged: file, offset, expectation.</exception>
    public static void ReadForeign(string path, Func<SafetensorsHeader, Action<SafetensorsEntry, Tensor>> take) => Reading(path, stream =>
    {
        var header = SafetensorsHeaderParser.Read(stream, path, SafetensorsOrigin.Foreign);
        var visit = take(header);
        foreach (var entry in header.Tensors)
        {
            using var scope = NewDisposeScope();
            var value = torch.empty([.. entry.Shape], entry.Type);
            TensorBytes.ForEachPiece(value, stream.ReadExactly);
            visit(entry, value);
        }
        return header;
    });

    private static T Reading<T>(string path, Func<Stream, T> read)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);
            return stream.CanSeek
                ? read(stream)
                : throw new ModelFileException($"{path}: is a pipe or device, expected a file");
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelFileException($"{path}: no such file", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException($"{path}: cannot be read ({failure.Message})", failure);
        }
    }
}
