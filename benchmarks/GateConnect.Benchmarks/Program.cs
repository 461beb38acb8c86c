// Chooses benchmarks by name: dotnet run -c Release --project benchmarks/GateConnect.Benchmarks -- --filter '*'
// They run in this process: a generated project would have to link libtorch once more.
using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, "--inProcess"]);
