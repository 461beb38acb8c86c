using GateConnect.Cli;

namespace GateConnect.Tests.Cli;

public sealed class UsageTests
{
    [Fact]
    public void All_mistakes_are_told_at_once_by_option_or_path()
    {
        var told = Shell.Run(
            "train", "--epochs", "abc", "--fan-in", "9", "--batch-size", "0", "--set", "trainin.epochs=1", "--device", "tpu", "--dataset", "nope");
        Assert.Equal(ExitCode.Configuration, told.Code);
        Assert.Empty(told.Output);
        string[] starts =
        [
            "--device: 'tpu'", "--epochs: expected a whole number", "--set trainin.epochs: unknown",
            "data.dataset: 'nope'", "fanIn: 9", "training.batchSize: 0",
        ];
        Assert.All(starts, start => Assert.Contains(told.Mistakes, line => line.StartsWith(start, StringComparison.Ordinal)));
        Assert.Equal(starts.Length, told.Mistakes.Length);
    }

    [Fact]
    public void Empty_values_and_values_of_another_kind_are_named_as_people_name_them()
    {
        Assert.Equal(["--out: empty, expected a value", "word 4: empty, expected a value"], Shell.Run("report", "--out", "", " ").Mistakes);
        var told = Assert.Single(Shell.Run("experiment", "run", "cifar10", "--threads", "x").Mistakes);
        Assert.StartsWith("--threads: 'x' is no number of the kind expected; see", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train", "--network", "20,4")]
    [InlineData("train", "--network", "21,4,8")]
    [InlineData("train", "--connectivity", "some")]
    [InlineData("train", "--connectivity", "full", "--fan-in", "4")]
    [InlineData("train", "--augment", "mirror")]
    [InlineData("train", "--resume", "auto")]
    [InlineData("train", "--dataset", "folder")]
    [InlineData("train", "--bogus")]
    [InlineData("frobnicate")]
    [InlineData("bench", "--fan-in", "9")]
    [InlineData("bench", "--only", "all")]
    [InlineData("evaluate")]
    [InlineData("inspect")]
    [InlineData("inspect", "some", "--network", "20,4,8")]
    [InlineData("inspect", "--network", "20,4,8", "--classes", "1")]
    [InlineData("inspect", "--network", "20,4,8", "--image-size", "4")]
    [InlineData("data", "fetch", "folder")]
    [InlineData("data", "verify", "nope")]
    public void Wrong_usage_exits_with_2_and_says_why(params string[] args)
    {
        var told = Shell.Run(args);
        Assert.Equal(ExitCode.Configuration, told.Code);
        Assert.StartsWith("error: ", told.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("bug", told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_data_exit_with_3_and_name_the_place()
    {
        using var shell = new Shell();
        var told = Shell.Run("train", "--dataset", "cifar10", "--data", shell.In("missing.tar.gz"), "--threads", "1", "--out", shell.In("run"));
        Assert.Equal(ExitCode.Data, told.Code);
        Assert.Contains("missing.tar.gz", told.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(shell.In("run")));
        Assert.Equal(ExitCode.Data, Shell.Run("evaluate", shell.In("nowhere"), "--threads", "1").Code);
        Assert.Equal(ExitCode.Data, Shell.Run("report", shell.Folder).Code);
    }

    [Fact]
    public void A_damaged_model_exits_with_4()
    {
        using var shell = new Shell();
        File.WriteAllText(shell.In("broken.safetensors"), "no model");
        Assert.Equal(ExitCode.ModelFile, Shell.Run("evaluate", shell.In("broken.safetensors"), "--dataset", "shapes", "--threads", "1").Code);
        Assert.Equal(ExitCode.ModelFile, Shell.Run("inspect", shell.In("broken.safetensors")).Code);
    }

    [Fact]
    public void A_run_folder_that_cannot_be_made_exits_with_6()
    {
        using var shell = new Shell();
        File.WriteAllText(shell.In("file"), "");
        Assert.Equal(ExitCode.Output, Shell.Run("train", "--dataset", "shapes", "--network", "11,1,1", "--threads", "1", "--out", shell.In("file/run")).Code);
    }

    [Fact]
    public void A_batch_that_cannot_fit_is_refused_with_one_that_does()
    {
        using var shell = new Shell();
        var told = Shell.Run("train", "--dataset", "shapes", "--network", "20,64,1024", "--batch-size", "2000", "--threads", "1", "--out", shell.In("run"));
        Assert.Equal(ExitCode.Configuration, told.Code);
        Assert.Contains("of memory", told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_json_of_inspect_holds_the_promised_integers()
    {
        var json = Shell.Run("inspect", "--network", "{29,64,8}", "--connectivity", "full", "--json").Json;
        Assert.Equal(34_426_698, json["parameters"]!.GetValue<long>());
        Assert.Equal(9, json["modules"]!.GetValue<int>());
        Assert.True(json["multiplyAdds"]!.GetValue<long>() > 0);
        Assert.Equal(25_028_904, Shell.Run("inspect", "--network", "50,4,32", "--json").Json["parameters"]!.GetValue<long>());
    }

    [Fact]
    public void Data_list_names_every_dataset()
    {
        var json = Shell.Run("data", "list", "--json").Json;
        Assert.Equal(["fashion-mnist", "mnist", "cifar10", "cifar100"], json["datasets"]!.AsArray().Select(row => row!["name"]!.GetValue<string>()));
    }
}
