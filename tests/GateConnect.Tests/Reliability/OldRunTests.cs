// Runs that earlier versions left, kept for ever: each goes on, or says by name why not. A new version of the checkpoint
// format adds a folder here; none is changed.
using GateConnect.Cli;
using GateConnect.Tests.Cli;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests.Reliability;

public sealed class OldRunTests
{
    [Fact]
    public void A_run_of_version_2_goes_on_from_its_tenth_step_and_reports_what_it_had_reported()
    {
        using var shell = new Shell();
        var run = Copy(shell, "run-2");
        var resumed = Shell.Run("train", "--resume", run, "--allow-change", "build"); // the machine may be any
        Assert.Equal("", resumed.Error);
        Assert.Equal(ExitCode.Done, resumed.Code);
        var lines = File.ReadAllLines(Path.Combine(run, "metrics.jsonl"));
        Assert.Equal(2, lines.Length);
        Assert.Equal(
            "{\"epoch\":1,\"phase\":\"gates\",\"steps\":8,\"trainLoss\":6.058946043252945,\"trainTop1Percent\":14.0625,"
            + "\"heldLoss\":null,\"heldTop1Percent\":null,\"learningRate\":0.059754516100806426,\"gateEntropy\":0.9228813308322471,"
            + "\"gateChurn\":null,\"liveBlocks\":[1,2,2]}",
            lines[0]);
        Assert.Contains("\"epoch\":2,\"phase\":\"weights\",\"steps\":16", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_version_1_is_refused_by_its_version_and_left_as_it_was()
    {
        using var shell = new Shell();
        var run = Copy(shell, "run-1");
        var record = Path.Combine(run, "run.json");
        File.WriteAllText(record, File.ReadAllText(record).Replace("\"complete\"", "\"interrupted\"", StringComparison.Ordinal));
        var metrics = File.ReadAllText(Path.Combine(run, "metrics.jsonl"));
        var refused = Shell.Run("train", "--resume", run);
        Assert.Equal(ExitCode.ModelFile, refused.Code);
        Assert.Contains("state.safetensors: formatVersion is 1, this version of the software goes on from 2", refused.Error, StringComparison.Ordinal);
        Assert.Equal(metrics, File.ReadAllText(Path.Combine(run, "metrics.jsonl")));
    }

    private static string Copy(Shell shell, string name)
    {
        var (from, to) = (Path.Combine(Repository.Root, "tests", "GateConnect.Tests", "Fixtures", name), shell.In(name));
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return to;
    }
}
