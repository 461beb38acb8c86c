// Contenders take turns: whatever else the machine does in the meantime, it does to all of them alike.
namespace GateConnect.Experiments.Bench;

/// <summary>Interleaved timing.</summary>
internal static class Rounds
{
    private const int MostTimes = 2000;

    /// <summary>How often each contender runs in a turn, after one run to warm up and one to see how long it takes.</summary>
    /// <param name="contenders">Who takes turns.</param>
    /// <param name="turnSeconds">How long a turn lasts at least, by repetition, so that the clock is of no consequence.</param>
    /// <param name="cancel">Asked before every contender.</param>
    internal static (int[] Times, double RoundSeconds) Plan(IReadOnlyList<IContender> contenders, double turnSeconds, CancellationToken cancel)
    {
        var times = new int[contenders.Count];
        var seconds = 0.0;
        for (var index = 0; index < times.Length; index++)
        {
            cancel.ThrowIfCancellationRequested();
            contenders[index].Seconds(1);
            var once = contenders[index].Seconds(1);
            times[index] = (int)Math.Clamp(Math.Ceiling(turnSeconds / once), 1, MostTimes);
            seconds += times[index] * once;
        }
        return (times, seconds);
    }

    /// <summary>Seconds of one run of each contender, in each round.</summary>
    /// <param name="contenders">Who takes turns; the one that begins changes from round to round.</param>
    /// <param name="times">Runs per turn.</param>
    /// <param name="repeats">Rounds.</param>
    /// <param name="onRound">Told before every round, from 1.</param>
    /// <param name="cancel">Asked before every turn.</param>
    internal static double[][] Measure(
        IReadOnlyList<IContender> contenders, int[] times, int repeats, Action<int> onRound, CancellationToken cancel)
    {
        var seconds = contenders.Select(_ => new double[repeats]).ToArray();
        for (var round = 0; round < repeats; round++)
        {
            onRound(round + 1);
            for (var turn = 0; turn < contenders.Count; turn++)
            {
                cancel.ThrowIfCancellationRequested();
                var index = (round + turn) % contenders.Count;
                seconds[index][round] = contenders[index].Seconds(times[index]) / times[index];
            }
        }
        return seconds;
    }
}
