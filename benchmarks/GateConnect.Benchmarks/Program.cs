// Chooses benchmarks by name: dotnet run -c Release --project benchmarks/GateConnect.Benchmarks -- --filter '*'
using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
