// Work over pixel blocks on several threads. Who works on what depends on the number of workers alone, so results are
// equal from run to run at a fixed thread count.
namespace GateConnect.Kernels;

internal static class Workers
{
    /// <summary>Cuts 0..count into one range a worker and works on all at once; returns when all are done.</summary>
    /// <param name="count">Units of work.</param>
    /// <param name="workers">1 or more; the caller's thread is one of them.</param>
    /// <param name="work">Given worker, first unit, and the unit after the last.</param>
    internal static void Run(int count, int workers, Action<int, int, int> work)
    {
        if (workers == 1 || count <= 1)
        {
            work(0, 0, count);
            return;
        }
        if (!WorkerTeam.Shared.TryRun(workers, Part))
        {
            Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, Part);
        }

        void Part(int worker)
        {
            var (from, to) = ((int)((long)count * worker / workers), (int)((long)count * (worker + 1) / workers));
            if (from < to)
            {
                work(worker, from, to);
            }
        }
    }
}
