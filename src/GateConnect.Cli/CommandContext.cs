// What every command is given.
namespace GateConnect.Cli;

/// <summary>Where output goes and what ends a command early.</summary>
internal sealed record CommandContext(Terminal Terminal, Interruption Interruption);
