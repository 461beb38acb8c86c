// A checkpoint is whole, or it is not taken for one: whatever fails while it is written, whatever happens to it later, an
// older one is there, and what goes on from it ends where an undisturbed training ends.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Training;

namespace GateConnect.Tests.Training;

public sealed class CheckpointTests
{
    private static readonly ConnectivityRule Rule = ConnectivityRule.Learned(2);
    private static readonly CheckpointOptions EverySecondStep = new("") { Interval = CheckpointInterval.Parse("2b") };
    private static readonly Lazy<(string Bits, string Reports)> Whole = new(() =>
    {
        var runs = new TinyRuns();
        using var network = runs.Run(Rule, TinyRuns.Options).Network;
        return (TinyRuns.Bits(network), string.Join('\n', runs.Reports));
    });

    [Fact]
    public void A_disk_that_is_full_at_any_write_leaves_the_checkpoint_before_intact()
    {
        using var folder = new TemporaryFolder();
        Stopped(folder.Path, stop: 3);
        var (before, failures) = (Contents(folder.Path), 0);
        for (var writes = 0; ; writes++)
        {
            var budget = writes;
            var runs = new TinyRuns { Checkpoints = EverySecondStep with { Through = stream => new FailingStream(stream, budget) } };
            try
            {
                runs.Run(Rule, TinyRuns.Options, folder.Path, stop: 4).Network.Dispose();
                break;
            }
            catch (OutputException failure)
            {
                failures++;
                Assert.Equal(OutputFailure.NoSpace, failure.Failure);
                Assert.Equal(before, Contents(folder.Path));
            }
        }
        Assert.True(failures > 3, $"only {failures} writes make up a checkpoint");
        AssertEndsAsUndisturbed(folder.Path);
    }

    [Fact]
    public void An_error_that_passes_costs_nothing()
    {
        using var folder = new TemporaryFolder();
        var (attempt, notes) = (0, new List<string>());
        var checkpoints = EverySecondStep with
        {
            Writes = new WritePolicy { Pause = TimeSpan.FromMilliseconds(1), Note = notes.Add },
            Through = stream => ++attempt % 3 == 0 ? stream : new FailingStream(stream, attempt % 3, new IOException("I/O error", 5)),
        };
        AssertEndsAsUndisturbed(folder.Path, checkpoints);
        Assert.Equal(2 * (attempt / 3), notes.Count);
    }

    [Fact]
    public void No_bit_of_a_checkpoint_can_change_unseen()
    {
        using var folder = new TemporaryFolder();
        Stopped(folder.Path, stop: 9);
        var path = Directory.GetFiles(folder.Path)[0];
        var bytes = File.ReadAllBytes(path);
        var header = 8 + (int)BitConverter.ToInt64(bytes);
        using (CheckpointStore.Open(path))
        {
        }
        var places = new Random(5);
        int[] offsets =
        [
            .. Enumerable.Range(0, 16), .. Enumerable.Range(header - 12, 16), bytes.Length - 1,
            .. Enumerable.Range(0, 150).Select(_ => places.Next(header)), .. Enumerable.Range(0, 50).Select(_ => places.Next(header, bytes.Length)),
        ];
        foreach (var offset in offsets)
        {
            var bit = (byte)(1 << places.Next(8));
            bytes[offset] ^= bit;
            AssertRefused(path, bytes, offset);
            bytes[offset] ^= bit;
        }
        foreach (var length in (int[])[0, 7, 8, 100, header, bytes.Length - 1])
        {
            AssertRefused(path, bytes[..length], length);
        }
        AssertRefused(path, [.. bytes, 0], bytes.Length);
    }

    [Fact]
    public void A_space_of_the_header_that_becomes_another_is_seen()
    {
        using var folder = new TemporaryFolder();
        Stopped(folder.Path, stop: 9);
        var path = Directory.GetFiles(folder.Path)[0];
        var bytes = File.ReadAllBytes(path);
        var length = BitConverter.ToInt64(bytes);
        byte[] padded = [.. BitConverter.GetBytes(length + 8), .. bytes[8..(int)(8 + length)], .. "        "u8, .. bytes[(int)(8 + length)..]];
        AssertRefused(path, padded, (int)length);
    }

    [Fact]
    public void A_damaged_checkpoint_is_named_and_the_one_before_goes_on_to_the_same_end()
    {
        using var folder = new TemporaryFolder();
        Stopped(folder.Path, stop: 13);
        var files = Directory.GetFiles(folder.Path, "step-*").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(["step-0000000012.safetensors", "step-0000000013.safetensors"], files.Select(Path.GetFileName));
        File.WriteAllBytes(files[1], File.ReadAllBytes(files[1])[..^5]);
        var notes = new List<string>();
        AssertEndsAsUndisturbed(folder.Path, EverySecondStep with { Note = notes.Add });
        Assert.StartsWith(files[1], Assert.Single(notes), StringComparison.Ordinal);
        Assert.EndsWith("passed over", notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_whole_checkpoint_is_refused()
    {
        using var folder = new TemporaryFolder();
        Stopped(folder.Path, stop: 13);
        foreach (var file in Directory.GetFiles(folder.Path))
        {
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..^5]);
        }
        Assert.Contains("no checkpoint is whole", Assert.Throws<ModelFileException>(() => Stopped(folder.Path, stop: 14)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("3")]
    public void Another_version_is_refused_by_name_and_not_passed_over(string version)
    {
        using var folder = new TemporaryFolder();
        Stopped(folder.Path, stop: 13);
        var newest = Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal).Last();
        using (var content = SafetensorsFile.Read(newest))
        {
            SafetensorsFile.Write(newest, content.InFileOrder, new Dictionary<string, string>(content.Metadata) { ["formatVersion"] = version });
        }
        var refusal = Assert.Throws<OtherVersionException>(() => Stopped(folder.Path, stop: 14)).Message;
        Assert.Contains($"formatVersion is {version}, this version of the software goes on from 2", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_few_and_the_best_are_kept()
    {
        using var folder = new TemporaryFolder();
        var reports = new List<EpochReport>();
        using var network = TinyRuns.Network(Rule);
        Trainer.Run(TinyRuns.Job(network, Rule, TinyRuns.Options) with
        {
            OnEpoch = reports.Add,
            Checkpoints = new CheckpointOptions(folder.Path) { Interval = CheckpointInterval.Parse("5b"), Keep = 3 },
        }, CancellationToken.None);
        var best = reports.MaxBy(report => report.HeldTop1Percent)!;
        string[] kept = ["best.safetensors", "step-0000000015.safetensors", "step-0000000020.safetensors", "step-0000000024.safetensors"];
        var steps = Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        // Where an epoch was the best so far, its end was written too.
        Assert.Equal(kept, best.Steps is 16 or 24 ? steps.Select(name => name == "step-0000000016.safetensors" ? kept[1] : name) : steps);
        using var found = CheckpointStore.Open(Path.Combine(folder.Path, "best.safetensors"));
        Assert.Equal(best.Steps.ToString(System.Globalization.CultureInfo.InvariantCulture), found.Content.Metadata["step"]);
    }

    [Fact]
    public void A_change_goes_through_by_its_name_only()
    {
        using var folder = new TemporaryFolder();
        Stopped(folder.Path, stop: 13);
        var longer = TinyRuns.Options with { Epochs = 5, LearningRate = 0.02 };
        var refusal = Assert.Throws<ConfigurationException>(() => new TinyRuns().Run(Rule, longer, folder.Path));
        Assert.Equal(["training.epochs: 3 in the checkpoint, 5 now", "training.learningRate: 0.05 in the checkpoint, 0.02 now"], refusal.Mistakes.Skip(1));

        var partly = new TinyRuns { Checkpoints = EverySecondStep with { AllowedChanges = ["training.epochs"] } };
        Assert.Equal(2, Assert.Throws<ConfigurationException>(() => partly.Run(Rule, longer, folder.Path)).Mistakes.Count);

        var allowed = new TinyRuns { Checkpoints = EverySecondStep with { AllowedChanges = ["training"] } };
        var (outcome, network) = allowed.Run(Rule, longer, folder.Path);
        network.Dispose();
        Assert.Equal((true, 40L), (outcome.Completed, outcome.Steps));
    }

    [Fact]
    public void Other_batches_keep_the_place_within_the_run()
    {
        using var folder = new TemporaryFolder();
        Stopped(folder.Path, stop: 12); // 12 of 24 steps of 8 images
        var runs = new TinyRuns { Checkpoints = EverySecondStep with { AllowedChanges = ["training.batchSize"] } };
        var (outcome, network) = runs.Run(Rule, TinyRuns.Options with { BatchSize = 16 }, folder.Path, stop: 7);
        network.Dispose();
        Assert.Equal((false, 7L), (outcome.Completed, outcome.Steps)); // went on from 6 of 12
    }

    [Fact]
    public void What_the_tensors_follow_from_cannot_change()
    {
        using var folder = new TemporaryFolder();
        Stopped(folder.Path, stop: 12);
        var runs = new TinyRuns { Checkpoints = EverySecondStep with { AllowedChanges = ["training", "fanIn"] } };
        var refusal = Assert.Throws<ConfigurationException>(() => runs.Run(Rule, TinyRuns.Options with { EmaDecay = 0.9 }, folder.Path));
        Assert.Equal(["training.emaDecay: null in the checkpoint, 0.9 now, which no run can change"], refusal.Mistakes.Skip(1));
    }

    [Theory]
    [InlineData("200b", 200, 0, 0)]
    [InlineData("7", 7, 0, 0)]
    [InlineData("2e", 0, 2, 0)]
    [InlineData("10m", 0, 0, 10)]
    public void An_interval_reads_as_it_is_written(string text, int batches, int epochs, int minutes)
    {
        var interval = CheckpointInterval.Parse(text);
        Assert.Equal(new CheckpointInterval(batches, epochs, minutes), interval);
        Assert.Equal(interval, CheckpointInterval.Parse(interval.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0b")]
    [InlineData("-1b")]
    [InlineData("10h")]
    [InlineData("b")]
    [InlineData("1.5e")]
    [InlineData("99999999999b")]
    public void Another_interval_is_refused_with_what_is_expected(string text) => Assert.Contains(
        "expected 200b (batches), 2e (epochs) or 10m (minutes)",
        Assert.Throws<ConfigurationException>(() => CheckpointInterval.Parse(text)).Message,
        StringComparison.Ordinal);

    private static void Stopped(string folder, long stop) =>
        new TinyRuns { Checkpoints = EverySecondStep }.Run(Rule, TinyRuns.Options, folder, stop).Network.Dispose();

    private static void AssertEndsAsUndisturbed(string folder, CheckpointOptions? checkpoints = null)
    {
        var runs = new TinyRuns { Checkpoints = checkpoints ?? EverySecondStep };
        var (outcome, network) = runs.Run(Rule, TinyRuns.Options, folder);
        using (network)
        {
            Assert.True(outcome.Completed);
            Assert.Equal(Whole.Value.Bits, TinyRuns.Bits(network));
            Assert.EndsWith(string.Join('\n', runs.Reports), Whole.Value.Reports, StringComparison.Ordinal);
        }
    }

    private static void AssertRefused(string original, byte[] bytes, int offset)
    {
        var path = original + ".changed";
        File.WriteAllBytes(path, bytes);
        var refusal = Record.Exception(() => CheckpointStore.Open(path).Dispose());
        Assert.True(refusal is ModelFileException, $"offset {offset}: {refusal?.ToString() ?? "taken for whole"}");
        Assert.StartsWith(path, refusal!.Message, StringComparison.Ordinal);
    }

    private static string Contents(string folder) => string.Join('\n', Directory.GetFileSystemEntries(folder).Order(StringComparer.Ordinal)
        .Select(file => $"{Path.GetFileName(file)} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}"));
}
