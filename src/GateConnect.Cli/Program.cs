// The command line starts here. For now it names its version, and otherwise the machine it would run on.
using GateConnect.Runtime;

if (args is ["--version"])
{
    Console.WriteLine(Versions.GateConnect);
    return 0;
}
try
{
    TorchRuntime.EnsureLoaded();
    Console.WriteLine(MachineFacts.Read());
    return 0;
}
catch (Exception failure) when (failure is RuntimeUnavailableException or ConfigurationException)
{
    Console.Error.WriteLine($"gateconnect: {failure.Message}");
    return failure is ConfigurationException ? 2 : 1;
}
