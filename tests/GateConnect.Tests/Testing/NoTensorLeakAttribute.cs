// TorchSharp counts, for each thread, what is created, disposed, attached and detached. Within one test the number of
// disposables still alive must not change. The counters belong to the thread, so a marked test must not be async.
using System.Globalization;
using System.Reflection;
using TorchSharp;
using Xunit.v3;

namespace GateConnect.Tests.Testing;

/// <summary>Fails a test, or every test of a class, that leaves tensors or modules undisposed.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class NoTensorLeakAttribute : BeforeAfterTestAttribute
{
    [ThreadStatic]
    private static (int Thread, long Live) before;

    public override void Before(MethodInfo methodUnderTest, IXunitTest test) =>
        before = (Environment.CurrentManagedThreadId, LiveTensors());

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        Assert.True(
            before.Thread == Environment.CurrentManagedThreadId,
            "a test marked NoTensorLeak must run on one thread: no async");
        var leaked = LiveTensors() - before.Live;
        Assert.True(
            leaked == 0,
            string.Create(CultureInfo.InvariantCulture, $"{methodUnderTest.Name} left {leaked} tensors or modules undisposed"));
    }

    /// <summary>What this thread created and did not dispose, inside and outside dispose scopes.</summary>
    public static long LiveTensors()
    {
        var counters = DisposeScopeManager.Statistics;
        return counters.ThreadTotalLiveCount;
    }
}
