// A disk that fills up at a chosen write.
using GateConnect.Runtime;

namespace GateConnect.Tests.Testing;

/// <summary>Passes writes through until so many were made; every later one fails.</summary>
internal sealed class FailingStream(Stream inner, int writes, IOException? failure = null) : Stream
{
    private int left = writes;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (left-- <= 0)
        {
            throw failure ?? SystemErrors.FullVolume();
        }
        inner.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
