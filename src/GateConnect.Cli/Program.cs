// The command line starts here; CommandLine is the table of contents.
using GateConnect.Cli;

using var interruption = Interruption.OfProcess();
return CommandLine.Run(args, Terminal.OfProcess(), interruption);
