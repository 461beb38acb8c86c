// Every unit is worked on once, by the worker that its number and the count of workers say, whoever lends a thread.
using CsCheck;
using GateConnect.Kernels;

namespace GateConnect.Tests.Kernels;

public sealed class WorkersTests
{
    [Fact]
    public void Every_unit_is_worked_on_once_by_the_worker_it_falls_to() => Gen.Select(Gen.Int[0, 40], Gen.Int[1, 6]).Sample((count, workers) =>
    {
        var by = new int[count];
        Workers.Run(count, workers, (worker, from, to) =>
        {
            for (var unit = from; unit < to; unit++)
            {
                Interlocked.Add(ref by[unit], worker + 1);
            }
        });
        Assert.Equal(Expected(count, count <= 1 ? 1 : workers), by);
    }, iter: 3000, threads: 1);

    [Fact]
    public void Callers_on_several_threads_do_not_wait_for_each_other() =>
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, call =>
        {
            var sums = new long[3];
            Workers.Run(30, 3, (worker, from, to) => sums[worker] = Enumerable.Range(from, to - from).Sum(unit => (long)unit * call));
            Assert.Equal(435L * call, sums.Sum());
        });

    [Fact]
    public void Work_within_work_is_done_as_well()
    {
        var sum = 0;
        Workers.Run(4, 2, (_, from, to) =>
        {
            for (var unit = from; unit < to; unit++)
            {
                Workers.Run(5, 2, (_, first, end) => Interlocked.Add(ref sum, end - first));
            }
        });
        Assert.Equal(20, sum);
    }

    [Fact]
    public void A_failure_reaches_the_caller_after_all_parts_and_the_next_job_runs()
    {
        var done = 0;
        var failure = Assert.Throws<InvalidOperationException>(() => Assert.True(new WorkerTeam().TryRun(3, part =>
        {
            Interlocked.Increment(ref done);
            _ = part == 1 ? throw new InvalidOperationException("part 1") : part;
        })));
        Assert.Equal(("part 1", 3), (failure.Message, done));
        Assert.True(new WorkerTeam().TryRun(3, _ => Interlocked.Increment(ref done)));
        Assert.Equal(6, done);
    }

    [Fact]
    public void Helpers_that_went_to_sleep_wake_for_the_next_job()
    {
        var team = new WorkerTeam();
        for (var round = 0; round < 20; round++)
        {
            using var together = new Barrier(2); // neither part ends without the other
            Assert.True(team.TryRun(2, _ => Assert.True(together.SignalAndWait(TimeSpan.FromSeconds(20)))));
            Thread.Sleep(round % 4);
        }
    }

    private static int[] Expected(int count, int workers)
    {
        var by = new int[count];
        for (var worker = 0; worker < workers; worker++)
        {
            by.AsSpan((count * worker / workers)..(count * (worker + 1) / workers)).Fill(worker + 1);
        }
        return by;
    }
}
