// A bound on the memory of images being decoded at the same time. Threads wait for their share; an image larger than
// the whole bound waits until it is alone.
namespace GateConnect.Data;

/// <summary>Lends out bytes up to a bound. Thread-safe.</summary>
internal sealed class DecodingBudget(long bound)
{
    private readonly object turn = new();
    private long used;

    /// <summary>The most that was lent at once, in bytes.</summary>
    internal long Peak { get; private set; }

    /// <summary>Waits for <paramref name="bytes"/>; dispose what is returned to give them back.</summary>
    internal Share Borrow(long bytes)
    {
        lock (turn)
        {
            while (used > 0 && used + bytes > bound)
            {
                Monitor.Wait(turn);
            }
            used += bytes;
            Peak = Math.Max(Peak, used);
        }
        return new Share(this, bytes);
    }

    private void Return(long bytes)
    {
        lock (turn)
        {
            used -= bytes;
            Monitor.PulseAll(turn);
        }
    }

    /// <summary>Bytes that are lent until disposed.</summary>
    internal readonly struct Share(DecodingBudget owner, long bytes) : IDisposable
    {
        /// <summary>Gives the bytes back.</summary>
        public void Dispose() => owner.Return(bytes);
    }
}
