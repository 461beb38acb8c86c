using System.Text;
using GateConnect.Cli;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests.Cli;

public sealed class GuardedStreamTests
{
    [Fact]
    public void What_cannot_be_written_is_an_output_failure_that_names_the_stream()
    {
        using var memory = new MemoryStream();
        using var guarded = new GuardedStream(new FailingStream(memory, writes: 1), "standard output");
        guarded.Write("y"u8);
        Assert.StartsWith("standard output: cannot be written: ", Assert.Throws<OutputException>(() => guarded.Write("x"u8)).Message, StringComparison.Ordinal);
        Assert.Throws<OutputException>(() => guarded.Write([1], 0, 1));
    }

    [Fact]
    public void What_can_be_written_is()
    {
        using var memory = new MemoryStream();
        using (var writer = new StreamWriter(new GuardedStream(memory, "a name"), Encoding.ASCII) { AutoFlush = true })
        {
            writer.WriteLine("a line");
            Assert.Equal("a line" + Environment.NewLine, Encoding.ASCII.GetString(memory.ToArray()));
        }
    }
}
