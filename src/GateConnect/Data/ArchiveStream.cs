// The unpacked bytes of an archive as a forward-only stream with a limit, so that neither a damaged nor a malicious
// archive can keep the reader busy without end.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>A counted, bounded, read-only stream over a gzip or plain archive.</summary>
internal sealed class ArchiveStream : Stream
{
    private readonly Stream inner;
    private readonly long limit;

    private ArchiveStream(Stream inner, long limit) => (this.inner, this.limit) = (inner, limit);

    /// <summary>How many unpacked bytes have been read.</summary>
    internal long Offset { get; private set; }

    /// <summary>Opens the archive, through gzip where it starts with gzip's magic bytes.</summary>
    /// <exception cref="DataException">The file cannot be opened.</exception>
    internal static ArchiveStream Open(string path, long limit) => new(SourceFile.Open(path).Stream, limit);

    /// <summary>Reads what is left; for gzip this is what makes the checksum be compared.</summary>
    internal void ReadToEnd()
    {
        var sink = new byte[1 << 16];
        while (Read(sink, 0, sink.Length) > 0)
        {
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var got = inner.Read(buffer);
        Offset += got;
        return Offset <= limit ? got : throw new InvalidDataException($"the archive unpacks to more than {limit} bytes");
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
        base.Dispose(disposing);
    }
}
