using GateConnect.Architecture;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Training;

namespace GateConnect.Tests.Reporting;

public sealed class RunFolderTests
{
    [Fact]
    public void A_folder_has_one_owner_and_is_free_again_afterwards()
    {
        using var temporary = new TemporaryFolder();
        var folder = RunFolder.Create(temporary["run"]);
        using (folder.Lock())
        {
            var failure = Assert.Throws<RunInUseException>(() => folder.Lock());
            Assert.Contains(folder.Path, failure.Message, StringComparison.Ordinal);
        }
        folder.Lock().Dispose();
    }

    [Fact]
    public void A_lock_file_that_a_crash_left_behind_locks_nothing()
    {
        using var temporary = new TemporaryFolder();
        var folder = RunFolder.Create(temporary["run"]);
        File.WriteAllText(folder.LockPath, "");
        folder.Lock().Dispose();
        Assert.True(File.Exists(folder.LockPath));
    }

    [Fact]
    public void What_is_no_run_folder_is_said_in_one_line()
    {
        using var temporary = new TemporaryFolder();
        File.WriteAllText(temporary["file"], "");
        foreach (var path in (string[])[temporary["missing"], temporary["file"], temporary.Path])
        {
            var failure = Assert.Throws<DataException>(() => RunFolder.Open(path));
            Assert.StartsWith(path + ":", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', failure.Message);
        }
        Assert.Throws<OutputException>(() => RunFolder.Create(temporary["file"]));
    }

    [Fact]
    public void A_run_opens_by_its_folder_and_by_its_record()
    {
        using var temporary = new TemporaryFolder();
        var folder = RunFolder.Create(temporary["run"]);
        Samples.Record().Write(folder.RecordPath);
        Assert.Equal(folder, RunFolder.Open(folder.Path));
        Assert.Equal(folder, RunFolder.Open(folder.RecordPath));
        Assert.True(RunFolder.HoldsRun(folder.Path));
    }

    [Fact]
    public void Default_names_tell_the_run_and_never_collide()
    {
        using var temporary = new TemporaryFolder();
        var learned = RunFolder.DefaultName(new Recipe(), temporary.Path);
        Assert.Equal(temporary["fashion-mnist-20,4,8-learned4-seed1"], learned);
        Directory.CreateDirectory(learned);
        Directory.CreateDirectory(learned + "-2");
        Assert.Equal(learned + "-3", RunFolder.DefaultName(new Recipe(), temporary.Path));
        var full = new Recipe { Connectivity = ConnectivityKind.FullBranches, Network = "{29,8,8}", Seed = 7 };
        Assert.Equal(temporary["fashion-mnist-29,8,8-full-branches-seed7"], RunFolder.DefaultName(full, temporary.Path));
    }
}
