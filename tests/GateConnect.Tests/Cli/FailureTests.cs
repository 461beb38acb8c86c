using System.Runtime.InteropServices;
using GateConnect.Cli;
using GateConnect.Runtime;

namespace GateConnect.Tests.Cli;

public sealed class FailureTests
{
    public static TheoryData<Exception, int> Codes => new()
    {
        { new InvalidOperationException("odd"), 1 },
        { new RuntimeUnavailableException("no libtorch"), 1 },
        { new ConfigurationException("x: 1 is wrong"), 2 },
        { new NativeFailure("DefaultCPUAllocator: can't allocate memory: you tried to allocate 99 bytes"), 2 },
        { new DataException("file: damaged"), 3 },
        { new ModelFileException("file: damaged"), 4 },
        { new DivergedException("step 3: loss is not finite"), 5 },
        { new OutputException("file: disk full"), 6 },
        { new VerificationException("logits differ"), 7 },
        { new RunInUseException("in use"), 8 },
        { new OperationCanceledException(), 130 },
        { new AggregateException(new DataException("file: damaged")), 3 },
    };

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_failure_has_its_exit_code(Exception failure, int code)
    {
        using var interruption = new Interruption();
        Assert.Equal(code, Failures.Report(failure, new Terminal(new StringWriter(), new StringWriter()), interruption));
    }

    [Theory]
    [InlineData(129)]
    [InlineData(130)]
    [InlineData(143)]
    public void An_end_by_signal_has_the_code_of_the_first_signal(int code)
    {
        using var interruption = new Interruption();
        Assert.True(interruption.Raise(code));
        Assert.False(interruption.Raise(99));
        Assert.True(interruption.Token.IsCancellationRequested);
        Assert.Equal(code, Failures.Report(new OperationCanceledException(), new Terminal(new StringWriter(), new StringWriter()), interruption));
    }

    [Fact]
    public void Only_a_bug_is_called_one_and_only_it_shows_a_stack()
    {
        Assert.Contains("this is a bug", Said(new InvalidOperationException("odd")), StringComparison.Ordinal);
        Assert.Equal("error: no libtorch" + Environment.NewLine, Said(new RuntimeUnavailableException("no libtorch")));
        Assert.Equal("error: file: damaged" + Environment.NewLine, Said(new DataException("file: damaged")));
    }

    private static string Said(Exception failure)
    {
        using var interruption = new Interruption();
        using var error = new StringWriter();
        Failures.Report(failure, new Terminal(new StringWriter(), error), interruption);
        return error.ToString();
    }

    // libtorch's failures arrive as this type.
    private sealed class NativeFailure(string message) : ExternalException(message);
}
