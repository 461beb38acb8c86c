// Threads that wait awake for a moment when they have nothing to do: a pass over one image is some twenty kernels of a twentieth of
// a millisecond each, and to wake a sleeping thread for every one costs half as much again. After a tenth of a millisecond
// they sleep, for the reasons of decision 0011. Parts are claimed, by the caller too: who comes late finds them done.
using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace GateConnect.Kernels;

/// <summary>The threads of this process that help with kernels. One job at a time.</summary>
internal sealed class WorkerTeam
{
    private static readonly long Awake = Stopwatch.Frequency / 10_000;

    private readonly List<Helper> helpers = [];
    private int taken;

    // The job: its number, how many parts it has and which is the next to claim (32, 16 and 16 bits). Written last when a job begins, so
    // that whoever claims a part by it sees the other fields of that job, which stay until all parts are done.
    private long state;
    private int pending;
    private Action<int> work = _ => { };
    private ExceptionDispatchInfo? failure;

    /// <summary>The team of this process.</summary>
    internal static WorkerTeam Shared { get; } = new();

    /// <summary>Does all parts, each once and by any thread, and returns when they are done.</summary>
    /// <param name="count">Parts, and threads beside each other at the most; 2 to 65,535.</param>
    /// <param name="part">Given the part, from 0.</param>
    /// <returns>False where the team has another job; nothing was done.</returns>
    internal bool TryRun(int count, Action<int> part)
    {
        if (Interlocked.CompareExchange(ref taken, 1, 0) != 0)
        {
            return false;
        }
        try
        {
            while (helpers.Count < count - 1)
            {
                helpers.Add(new Helper(this));
            }
            (pending, work, failure) = (count, part, null);
            Volatile.Write(ref state, (((state >> 32) + 1) << 32) | ((long)count << 16));
            for (var index = 0; index < count - 1; index++)
            {
                helpers[index].Wake();
            }
            Help();
            var wait = default(SpinWait);
            while (Volatile.Read(ref pending) > 0)
            {
                wait.SpinOnce(sleep1Threshold: -1);
            }
            work = _ => { };
            failure?.Throw();
            return true;
        }
        finally
        {
            Volatile.Write(ref taken, 0);
        }
    }

    // Parts of the present job, as long as there are any.
    private void Help()
    {
        while (true)
        {
            var seen = Volatile.Read(ref state);
            var (count, part) = ((int)(seen >> 16) & ushort.MaxValue, (int)seen & ushort.MaxValue);
            if (part == count)
            {
                return;
            }
            if (Interlocked.CompareExchange(ref state, seen + 1, seen) != seen)
            {
                continue;
            }
            try
            {
                work(part);
            }
#pragma warning disable CA1031 // An exception must not end the process from a helper's thread; the caller gets it.
            catch (Exception error)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
            Interlocked.Decrement(ref pending);
        }
    }

    private sealed class Helper
    {
        private readonly WorkerTeam team;
        private readonly object bell = new();
        private bool rung;
        private int asleep;

        internal Helper(WorkerTeam team)
        {
            this.team = team;
            new Thread(Live) { IsBackground = true, Name = "kernel helper" }.Start();
        }

        internal void Wake()
        {
            if (Interlocked.Exchange(ref asleep, 0) == 1)
            {
                lock (bell)
                {
                    rung = true;
                    Monitor.Pulse(bell);
                }
            }
        }

        private void Live()
        {
            while (true)
            {
                var seen = Volatile.Read(ref team.state);
                team.Help();
                var start = Stopwatch.GetTimestamp();
                while (Volatile.Read(ref team.state) == seen && Stopwatch.GetTimestamp() - start < Awake)
                {
                    Thread.SpinWait(8);
                }
                if (Volatile.Read(ref team.state) == seen)
                {
                    Sleep(seen);
                }
            }
        }

        // A job that begins meanwhile either is seen here or finds the mark, and rings.
        private void Sleep(long seen)
        {
            Interlocked.Exchange(ref asleep, 1);
            if (Volatile.Read(ref team.state) != seen && Interlocked.Exchange(ref asleep, 0) == 1)
            {
                return;
            }
            lock (bell)
            {
                while (!rung)
                {
                    Monitor.Wait(bell);
                }
                rung = false;
            }
        }
    }
}
