// The state of the repository a run was started in, so that its numbers can be traced to code. Asks git itself; where
// there is no git or no repository there is no state.
using System.ComponentModel;
using System.Diagnostics;

namespace GateConnect.Reporting;

/// <summary>The commit of a working directory.</summary>
/// <param name="Commit">The full hash, in hexadecimal.</param>
/// <param name="Dirty">Whether tracked files differ from that commit.</param>
public sealed record GitState(string Commit, bool Dirty)
{
    /// <summary>Reads the state of the repository that <paramref name="folder"/> is in.</summary>
    /// <returns>Null outside a repository, before its first commit, or without git.</returns>
    public static GitState? Read(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var commit = Ask(folder, "rev-parse", "--verify", "HEAD")?.Trim();
        return string.IsNullOrEmpty(commit)
            ? null
            : new GitState(commit, Ask(folder, "status", "--porcelain", "--untracked-files=no") is not "");
    }

    /// <summary>The commit in words, its hash between marks: a backtick where the text is Markdown.</summary>
    internal static string Words(GitState? state, string mark = "") => state is null
        ? "unknown (no repository)"
        : $"{mark}{state.Commit}{mark}{(state.Dirty ? ", with changes that are not committed" : "")}";

    private static string? Ask(string folder, params string[] arguments)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["--no-optional-locks", .. arguments])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            });
            if (git is null)
            {
                return null;
            }
            git.StandardInput.Close();
            var noise = git.StandardError.ReadToEndAsync();
            var answer = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            _ = noise.GetAwaiter().GetResult();
            return git.ExitCode == 0 ? answer : null;
        }
        catch (Exception failure) when (failure is Win32Exception or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
