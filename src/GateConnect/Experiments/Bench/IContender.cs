// What the rounds ask of whatever is timed: a training step, an inference pass, either in another process.
using System.Diagnostics;

namespace GateConnect.Experiments.Bench;

/// <summary>Something that can be done again and again and timed.</summary>
internal interface IContender : IDisposable
{
    /// <summary>How images lie in memory: <c>nchw</c> or <c>channels-last</c>.</summary>
    TensorLayout Layout { get; }

    /// <summary>Does it <paramref name="times"/> times in a row.</summary>
    /// <returns>Seconds in all.</returns>
    double Seconds(int times);
}

/// <summary>How a tensor [N, channels, H, W] lies in memory.</summary>
internal enum TensorLayout
{
    /// <summary>Plane by plane.</summary>
    Planes,

    /// <summary>Pixel by pixel, the channels of one beside each other.</summary>
    ChannelsLast,
}

/// <summary>Elapsed time.</summary>
internal static class Elapsed
{
    /// <summary>Seconds that <paramref name="times"/> calls take.</summary>
    internal static double Seconds(Action action, int times)
    {
        var start = Stopwatch.GetTimestamp();
        for (var time = 0; time < times; time++)
        {
            action();
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
