// Opening a dataset file: whether it is gzip is told by its first two bytes, never by its name, and what the system
// says when it cannot be opened becomes one line.
using System.IO.Compression;
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>An open file. The stream is the caller's to dispose.</summary>
/// <param name="Stream">The file's bytes, unpacked.</param>
/// <param name="FileBytes">The length of the file on disk.</param>
/// <param name="IsPacked">Whether the file is gzip.</param>
internal sealed record SourceFile(Stream Stream, long FileBytes, bool IsPacked)
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Opens <paramref name="path"/>, through gzip where it starts with gzip's magic bytes.</summary>
    /// <exception cref="DataException">The file cannot be opened.</exception>
    internal static SourceFile Open(string path)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);
            var isPacked = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            var length = file.Length;
            return new SourceFile(isPacked ? new GZipStream(file, CompressionMode.Decompress) : file, length, isPacked);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            file?.Dispose();
            throw new DataException($"{path}: cannot be opened: {error.Message}", error);
        }
    }
}
