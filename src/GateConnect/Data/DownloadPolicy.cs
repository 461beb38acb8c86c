// How patient a download is. Bounded in every direction: attempts, waiting between them, silence on the line, disk.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>The patience of a download.</summary>
internal sealed record DownloadPolicy
{
    /// <summary>Failures in a row, none of which brought <see cref="ProgressBytes"/>, after which an address is given up.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Bytes gained that make up for earlier failures.</summary>
    public long ProgressBytes { get; init; } = 1 << 20;

    /// <summary>The wait after the first failure; doubles with each one that follows.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait, whatever a server asks for.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Silence on the line after which an attempt counts as failed.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes left free on the disk after a download.</summary>
    public long SpareBytes { get; init; } = 64L << 20;

    /// <summary>Free bytes on the disk of a folder.</summary>
    public Func<string, long> FreeBytes { get; init; } = folder => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>The wait after the <paramref name="failures"/>-th failure in a row, at least what the server asked for.</summary>
    internal TimeSpan DelayAfter(int failures, TimeSpan asked)
    {
        var delay = FirstDelay * Math.Pow(2, failures - 1);
        delay = delay > asked ? delay : asked;
        return delay < LongestDelay ? delay : LongestDelay;
    }

    /// <summary>Refuses a download that would fill the disk.</summary>
    /// <exception cref="OutputException">Too little is free.</exception>
    internal void RequireSpace(string folder, long bytes)
    {
        var free = FreeBytes(folder);
        if (free < bytes + SpareBytes)
        {
            throw new OutputException(
                $"{folder}: {bytes >> 20} MiB are needed and {SpareBytes >> 20} MiB to spare, {free >> 20} MiB are free: " +
                "make room, or set XDG_CACHE_HOME to a larger disk");
        }
    }
}
