// Fetching and decoding, said in few lines: one when something new begins, and one every few seconds of waiting.
using System.Diagnostics;
using GateConnect.Data;

namespace GateConnect.Cli;

/// <summary>Shows how data come in. Called from several threads, one call at a time.</summary>
internal sealed class DataProgress(Voice voice)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly Stopwatch sinceLine = Stopwatch.StartNew();
    private (FetchStep Step, string Item)? before;

    /// <summary>The state of a fetch.</summary>
    public void Fetch(FetchProgress progress)
    {
        var isNew = before != (progress.Step, progress.Item);
        if (!isNew && sinceLine.Elapsed < Every)
        {
            return;
        }
        before = (progress.Step, progress.Item);
        sinceLine.Restart();
        var size = progress.BytesTotal is { } total and > 0 && !isNew
            ? FormattableString.Invariant($": {progress.BytesDone / 1e6:0.0} of {total / 1e6:0.0} MB")
            : "";
        voice.Say($"  {Verb(progress.Step)} {progress.Item}{size}");
    }

    /// <summary>How many images are decoded.</summary>
    public void Load(LoadProgress progress)
    {
        if (sinceLine.Elapsed >= Every)
        {
            sinceLine.Restart();
            voice.Say($"  decoded {progress.Done} of {progress.Total} images");
        }
    }

    private static string Verb(FetchStep step) => step switch
    {
        FetchStep.Waiting => "waiting for another process that fetches",
        FetchStep.Checking => "checking",
        FetchStep.RefreshingIndex => "refreshing a private index of packages for",
        FetchStep.DownloadingPackage => "downloading the system package",
        FetchStep.Unpacking => "unpacking",
        _ => "downloading",
    };
}
