// One place decides how the suite uses the machine: libtorch is loaded once before the first test, with one thread an
// operation, so that results are the same bits everywhere; test classes run side by side instead (xunit's default, one
// per processor). Tests that change a setting of the whole process, or measure it, join the collection Alone.
using GateConnect.Runtime;

[assembly: AssemblyFixture(typeof(GateConnect.Tests.Testing.TorchAssembly))]

namespace GateConnect.Tests.Testing;

public sealed class TorchAssembly
{
    public TorchAssembly() => TorchRuntime.SetThreads(1);
}

/// <summary>For classes that must not run beside others: <c>[Collection(nameof(Alone))]</c>.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
