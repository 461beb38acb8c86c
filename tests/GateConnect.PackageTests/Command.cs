// A program run as a person would run it, with all that it says.
using System.Diagnostics;
using System.Text;

namespace GateConnect.PackageTests;

/// <summary>What a program answered.</summary>
internal sealed record Answer(int Code, string Output, string Error)
{
    /// <summary>The same, where the program ended well; else a failed test that shows what it said.</summary>
    public Answer Done()
    {
        Assert.True(Code == 0, $"exit code {Code}\n{Output}\n{Error}");
        return this;
    }
}

/// <summary>Starts programs.</summary>
/// <param name="Folder">Where they are started.</param>
/// <param name="Variables">Set for them, beside what this process has.</param>
internal sealed record Command(string Folder, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>Runs a program to its end.</summary>
    public async Task<Answer> Run(string program, params string[] words)
    {
        var cancel = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(program, words)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        process.StandardInput.Close();
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
            await process.WaitForExitAsync(cancel);
            return new Answer(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
