// libtorch is there and computes, its settings hold, and the facts of the machine can be read.
using System.Runtime.InteropServices;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using TorchSharp;

namespace GateConnect.Tests.Runtime;

[Collection(nameof(Alone))]
public sealed class TorchRuntimeTests
{
    [Fact]
    [NoTensorLeak]
    public void Tensors_compute()
    {
        using var scope = torch.NewDisposeScope();
        using Scalar two = 2f;
        var product = torch.ones(2, 3).matmul(torch.full([3, 2], two));
        Assert.Equal([6f, 6f, 6f, 6f], product.data<float>().ToArray());
    }

    [Fact]
    public void Loading_again_or_from_many_threads_is_harmless()
    {
        Parallel.For(0, 8, _ => TorchRuntime.EnsureLoaded());
        TorchRuntime.EnsureLoaded();
        Assert.Equal(1, TorchRuntime.Threads);
    }

    [Fact]
    public void The_number_of_threads_is_the_one_set_on_every_thread()
    {
        try
        {
            TorchRuntime.SetThreads(2);
            var elsewhere = 0;
            var thread = new Thread(() => elsewhere = TorchRuntime.Threads);
            thread.Start();
            thread.Join();
            Assert.Equal((2, 2), (TorchRuntime.Threads, elsewhere));
        }
        finally
        {
            TorchRuntime.SetThreads(1);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void Zero_or_fewer_threads_are_refused(int threads) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TorchRuntime.SetThreads(threads));

    [Fact]
    public void Freed_memory_is_reused_instead_of_faulted_in_again()
    {
        using var input = torch.ones(4 << 20);
        for (var round = 0; round < 16; round++)
        {
            using var warm = input.relu();
        }
        var before = PageFaults();
        for (var round = 0; round < 16; round++)
        {
            using var result = input.relu();
        }
        // Each result has 4,096 pages; given back to the kernel, 16 of them would fault 65,536 times.
        Assert.InRange(PageFaults() - before, 0, 3 * 4096);
    }

    [Fact]
    public void Libgomp_is_told_how_long_to_wait_unless_the_user_has_said_otherwise()
    {
        var spins = Environment.GetEnvironmentVariable(OpenMpWaiting.SpinVariable);
        var policy = Environment.GetEnvironmentVariable(OpenMpWaiting.PolicyVariable);
        var expected = spins ?? (SystemLibrary.IsGlibcX64 && string.IsNullOrEmpty(policy) ? OpenMpWaiting.Spins : null);
        Assert.Equal(expected, Marshal.PtrToStringUTF8(SystemLibrary.Variable(OpenMpWaiting.SpinVariable)));
    }

    [Fact]
    public void The_leak_check_sees_a_tensor_that_stays_and_none_that_goes()
    {
        var before = NoTensorLeakAttribute.LiveTensors();
        using (var kept = torch.ones(1))
        {
            Assert.Equal(before + 1, NoTensorLeakAttribute.LiveTensors());
        }
        using (torch.NewDisposeScope())
        {
            var (inside, _) = (torch.ones(1), torch.ones(1).DetachFromDisposeScope());
            Assert.Equal(before + 2, NoTensorLeakAttribute.LiveTensors());
            Assert.False(inside.IsInvalid);
        }
        Assert.Equal(before + 1, NoTensorLeakAttribute.LiveTensors());
    }

    [Fact]
    public void The_peak_of_memory_is_at_least_what_is_used_now()
    {
        Assert.InRange(ProcessMemory.CurrentBytes(), 1 << 20, ProcessMemory.PeakBytes());
    }

    [Fact]
    public void The_facts_of_the_machine_are_filled_in()
    {
        var facts = MachineFacts.Read();
        string[] texts = [facts.System, facts.Processor, facts.VectorInstructions, facts.DotNet, facts.LibTorch, facts.TorchSharp, facts.GateConnect];
        Assert.All(texts, text => Assert.False(string.IsNullOrWhiteSpace(text)));
        Assert.True(facts is { Cores: > 0, MemoryBytes: > 1 << 20 });
    }

    // Field 10 of /proc/self/stat, counted after the command in parentheses, which may hold spaces.
    private static long PageFaults()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        return long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[7], System.Globalization.CultureInfo.InvariantCulture);
    }
}
