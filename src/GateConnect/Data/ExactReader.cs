// A stream read in exact pieces, which knows its file's name and its own offset, so that whatever is wrong with a
// dataset file can be said in one line: file, offset, expectation.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Reads exact amounts of bytes and turns every failure into a <see cref="DataException"/>.</summary>
internal sealed class ExactReader : IDisposable
{
    /// <summary>DEFLATE cannot expand a file by more than this.</summary>
    private const int LargestExpansion = 1032;

    private readonly Stream stream;

    private ExactReader(Stream stream, string name, long mostBytes, bool isPacked)
    {
        (this.stream, Name, MostBytes, IsPacked) = (stream, name, mostBytes, isPacked);
    }

    /// <summary>The file, as messages name it.</summary>
    internal string Name { get; }

    /// <summary>The length of a plain file; for a gzip file, more than it can possibly unpack to.</summary>
    internal long MostBytes { get; }

    /// <summary>Whether the file is gzip; then offsets count unpacked bytes.</summary>
    internal bool IsPacked { get; }

    /// <summary>How many (unpacked) bytes have been read.</summary>
    internal long Offset { get; private set; }

    /// <summary>Opens <paramref name="path"/>, through gzip where the file starts with its magic bytes.</summary>
    internal static ExactReader Open(string path)
    {
        var file = SourceFile.Open(path);
        var mostBytes = file.IsPacked ? file.FileBytes * LargestExpansion : file.FileBytes;
        return new ExactReader(file.Stream, path, mostBytes, file.IsPacked);
    }

    /// <summary>Reads an entry of <paramref name="length"/> bytes inside a larger file.</summary>
    /// <remarks>Not to be disposed: the stream stays the caller's.</remarks>
    internal static ExactReader Over(Stream stream, string name, long length) => new(stream, name, length, isPacked: false);

    /// <summary>Fills <paramref name="target"/>, or says where the file ended and what was expected there.</summary>
    internal void Fill(Span<byte> target, string expected)
    {
        var start = Offset;
        var got = ReadSome(target);
        if (got < target.Length)
        {
            throw new DataException(
                $"{Name}: ends at offset {start + got}, expected {target.Length} bytes from offset {start} ({expected})");
        }
    }

    /// <summary>Refuses bytes after the end. For gzip this is also what makes the checksum be compared.</summary>
    internal void ExpectEnd(string before)
    {
        Span<byte> extra = stackalloc byte[1];
        if (ReadSome(extra) != 0)
        {
            throw new DataException($"{Name}: goes on after offset {Offset - 1}, expected the end of the file after {before}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private int ReadSome(Span<byte> target)
    {
        try
        {
            var got = stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
            Offset += got;
            return got;
        }
        catch (InvalidDataException error)
        {
            throw new DataException($"{Name}: the compressed data are damaged after unpacked offset {Offset}: {error.Message}", error);
        }
        catch (IOException error)
        {
            throw new DataException($"{Name}: cannot be read at offset {Offset}: {error.Message}", error);
        }
    }
}
