// Evidence for docs/reliability.md that takes minutes or hours. Every command prints its figures as lines and ends with
// exit code 1 where a promise was broken.
//   dotnet run -c Release --project benchmarks/GateConnect.Soak -- kills [COUNT] [SEED]
//   ... -- signals [COUNT] [SEED]     ... -- full-disk (as root: mounts a tmpfs)
//   ... -- fuzz [COUNT] [SEED] [START OF A FORMAT'S NAME]        ... -- steps [COUNT]
using System.Globalization;
using GateConnect.Soak;
using GateConnect.Soak.Fuzz;

int Number(int index, int otherwise) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;

var failures = args switch
{
    ["kills", ..] => new Kills(Number(2, 1)).Run(Number(1, 200)),
    ["signals", ..] => new Signals(Number(2, 1)).Run(Number(1, 40)),
    ["full-disk"] => FullDisk.Run(),
    ["fuzz", ..] => FuzzReport.Run(Number(1, 10_000), Number(2, 1), args.ElementAtOrDefault(3) ?? ""),
    ["steps", ..] => LongRun.Run(Number(1, 10_000)),
    _ => throw new ArgumentException("expected kills, signals, full-disk, fuzz or steps"),
};
Console.WriteLine(failures == 0 ? "every promise kept" : $"{failures} promises broken");
return failures == 0 ? 0 : 1;
