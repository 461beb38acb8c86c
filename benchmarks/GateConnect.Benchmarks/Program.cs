// Chooses benchmarks by name: dotnet run -c Release --project benchmarks/GateConnect.Benchmarks -- --filter '*'
// They run in this process: a generated project would have to link libtorch once more.
// And: ... -- curves CIFAR [images] [epochs] [seeds], which compares the two paths' trainings.
using System.Globalization;
using BenchmarkDotNet.Running;
using GateConnect.Benchmarks;

if (args is ["curves", var archive, ..])
{
    int[] numbers = [.. args.Skip(2).Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
    PathCurves.Run(archive, numbers is [var images, ..] ? images : 5000, numbers is [_, var epochs, ..] ? epochs : 8, numbers is [_, _, var seeds] ? seeds : 1);
    return;
}
BenchmarkSwitcher.FromAssembly(typeof(PathCurves).Assembly).Run([.. args, "--inProcess"]);
