// The command line in this process, with its output in strings: what a user would see, without starting one.
using System.Text.Json.Nodes;
using GateConnect.Cli;
using GateConnect.Runtime;

namespace GateConnect.Tests.Cli;

/// <summary>Runs commands in a folder of its own, which is deleted at the end.</summary>
internal sealed class Shell : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("gateconnect-").FullName;

    /// <summary>A path in the folder.</summary>
    public string In(string name) => Path.Combine(Folder, name);

    /// <summary>Runs a command.</summary>
    public static Spoken Run(params string[] args)
    {
        using var interruption = new Interruption();
        return Run(interruption, new StringWriter(), args);
    }

    /// <summary>Runs a command that can be interrupted, with a writer that may do so.</summary>
    public static Spoken Run(Interruption interruption, StringWriter output, params string[] args)
    {
        using var error = new StringWriter();
        try
        {
            var code = CommandLine.Run(args, new Terminal(output, error), interruption);
            return new Spoken(code, output.ToString(), error.ToString());
        }
        finally
        {
            TorchRuntime.SetThreads(1); // a command without --threads takes all processors, in this process for good (TorchAssembly)
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>What a command answered.</summary>
    internal sealed record Spoken(int Code, string Output, string Error)
    {
        public JsonObject Json => JsonNode.Parse(Output)!.AsObject();

        public string[] Mistakes =>
            [.. Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Replace("error: ", "", StringComparison.Ordinal))];
    }
}

/// <summary>A writer that interrupts when a word is written.</summary>
internal sealed class InterruptingWriter(Interruption interruption, string word, int exitCode) : StringWriter
{
    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        if (value?.Contains(word, StringComparison.Ordinal) == true)
        {
            interruption.Raise(exitCode);
        }
    }
}
