// Runs programs of the system: found on PATH, no shell, no input, output kept. A value, so that tests put a pretended
// system in its place.
using System.Diagnostics;

namespace GateConnect.Data;

/// <summary>A program to run.</summary>
/// <param name="Program">Its name, looked up on PATH.</param>
/// <param name="Arguments">Its arguments, passed as they are.</param>
/// <param name="Folder">The folder it runs in.</param>
internal sealed record ProgramCall(string Program, IReadOnlyList<string> Arguments, string Folder);

/// <summary>What a program left.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">All it wrote to its standard output.</param>
/// <param name="Errors">All it wrote to its standard error.</param>
internal sealed record ProgramResult(int ExitCode, string Output, string Errors);

/// <summary>The programs of a system.</summary>
/// <param name="Exists">Whether a program is on PATH.</param>
/// <param name="Run">Runs one to its end; when cancelled, it is ended with all it started.</param>
internal sealed record SystemPrograms(
    Func<string, bool> Exists, Func<ProgramCall, CancellationToken, Task<ProgramResult>> Run)
{
    /// <summary>The programs of this machine.</summary>
    public static SystemPrograms Machine { get; } = new(IsOnPath, RunAsync);

    private static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static async Task<ProgramResult> RunAsync(ProgramCall call, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(call.Program, call.Arguments)
        {
            WorkingDirectory = call.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
        return new ProgramResult(process.ExitCode, await output, await errors);
    }
}
