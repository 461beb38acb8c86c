// The shortest program that uses the library: it loads libtorch and says which version it found.
using GateConnect.Runtime;

TorchRuntime.EnsureLoaded();
Console.WriteLine($"GateConnect {Versions.GateConnect} on libtorch {Versions.LibTorch}, {TorchRuntime.Threads} threads");
