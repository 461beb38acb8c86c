// What a run does when a file cannot be written: again where that may help, and no longer than asked.
using GateConnect.Runtime;

namespace GateConnect.Tests.Runtime;

public sealed class WritePolicyTests
{
    private static readonly WritePolicy Quick = new() { Pause = TimeSpan.FromMilliseconds(1), FullVolumePause = TimeSpan.FromMilliseconds(1) };

    private static OutputException Passing => new("disk: it failed", new IOException("I/O error", 5));

    private static OutputException Full => new("disk: it is full", SystemErrors.FullVolume());

    private static OutputException Lasting => new("disk: permission", new UnauthorizedAccessException());

    [Fact]
    public void An_error_that_passes_is_tried_again_and_told()
    {
        var (calls, notes) = (0, new List<string>());
        (Quick with { Note = notes.Add }).Write(() => Fail(++calls < 4, Passing));
        Assert.Equal(4, calls);
        Assert.Equal(Enumerable.Repeat("disk: it failed; trying again", 3), notes);
    }

    [Fact]
    public void An_error_that_stays_ends_the_attempts()
    {
        var calls = 0;
        Assert.Throws<OutputException>(() => Quick.Write(() => Fail(++calls > 0, Passing)));
        Assert.Equal(Quick.Attempts, calls);
    }

    [Fact]
    public void Permissions_and_a_full_volume_end_at_once_unless_waiting_was_asked_for()
    {
        foreach (var failure in (OutputException[])[Lasting, Full])
        {
            var calls = 0;
            Assert.Same(failure, Assert.Throws<OutputException>(() => Quick.Write(() => Fail(++calls > 0, failure))));
            Assert.Equal(1, calls);
        }
    }

    [Fact]
    public void A_full_volume_is_waited_for_and_told_now_and_then()
    {
        var (calls, notes) = (0, new List<string>());
        (Quick with { OnFullVolume = FullVolumePolicy.Wait, Note = notes.Add }).Write(() => Fail(++calls < 100, Full));
        Assert.Equal(100, calls);
        Assert.Equal(2, notes.Count);
    }

    [Fact]
    public void A_signal_ends_the_waiting_with_the_failure()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = new WritePolicy { OnFullVolume = FullVolumePolicy.Wait, Cancel = cancel.Token, Note = _ => cancel.Cancel() };
        Assert.Equal(OutputFailure.NoSpace, Assert.Throws<OutputException>(() => waiting.Write(() => throw Full)).Failure);
    }

    [Fact]
    public void The_place_is_looked_at_before_every_attempt()
    {
        var (looked, calls) = (0, 0);
        (Quick with { Before = () => looked++ }).Write(() => Fail(++calls < 3, Passing));
        Assert.Equal(3, looked);
    }

    private static void Fail(bool now, OutputException failure)
    {
        if (now)
        {
            throw failure;
        }
    }
}
