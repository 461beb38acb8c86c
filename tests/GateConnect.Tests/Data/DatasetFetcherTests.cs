using GateConnect.Data;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests.Data;

public sealed class DatasetFetcherTests : IDisposable
{
    private static readonly SystemPrograms NoPrograms =
        new(_ => false, (_, _) => throw new InvalidOperationException("no program may run"));

    private readonly TemporaryFolder folder = new();
    private readonly List<FetchProgress> seen = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Cached => folder["cache", "fashion-mnist"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Without_a_package_manager_the_authors_files_are_downloaded()
    {
        using var server = new LocalServer(LocalServer.Files(TinyDatasets.IdxFiles()));
        var entry = TinyDatasets.FashionMnist(server.Root);
        var result = await Fetcher(NoPrograms).FetchAsync(entry, seen.Add, Cancel);
        Assert.Equal(FetchMeans.OfficialDownload, result.Means);
        Assert.Equal(Cached, result.Location.Path.TrimEnd('/'));
        Assert.True(DatasetVerifier.Verify(entry, result.Location.Path, Cancel).IsOfficial);
        Assert.Equal(TinyDatasets.IdxNames.Select(name => $"{name}.gz").Order(StringComparer.Ordinal), folder.Names("cache", "fashion-mnist"));
        Assert.All(TinyDatasets.IdxNames, name => Assert.Contains(
            seen, step => step.Item == $"{name}.gz" && step.BytesDone > 0 && step.BytesDone == step.BytesTotal));
    }

    [Fact]
    public async Task What_is_there_is_not_fetched_again()
    {
        using var server = new LocalServer(LocalServer.Files(TinyDatasets.IdxFiles()));
        var entry = TinyDatasets.FashionMnist(server.Root);
        await Fetcher(NoPrograms).FetchAsync(entry, seen.Add, Cancel);
        var again = await Fetcher(NoPrograms).FetchAsync(entry, seen.Add, Cancel);
        Assert.Equal(FetchMeans.AlreadyThere, again.Means);
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task Only_a_damaged_file_is_fetched_again()
    {
        using var server = new LocalServer(LocalServer.Files(TinyDatasets.IdxFiles()));
        var entry = TinyDatasets.FashionMnist(server.Root);
        await Fetcher(NoPrograms).FetchAsync(entry, seen.Add, Cancel);
        folder.Write("cache/fashion-mnist/t10k-images-idx3-ubyte.gz", [1, 2, 3]);
        await Fetcher(NoPrograms).FetchAsync(entry, seen.Add, Cancel);
        Assert.Equal("/t10k-images-idx3-ubyte.gz", server.Requests[^1].Path);
        Assert.Equal(5, server.Requests.Count);
        Assert.True(DatasetVerifier.Verify(entry, Cached, Cancel).IsOfficial);
    }

    [Fact]
    public async Task The_next_address_is_used_when_one_fails()
    {
        using var broken = new LocalServer(LocalServer.Status(404));
        using var server = new LocalServer(LocalServer.Files(TinyDatasets.IdxFiles()));
        var entry = TinyDatasets.FashionMnist(broken.Root, server.Root);
        var result = await Fetcher(NoPrograms).FetchAsync(entry, seen.Add, Cancel);
        Assert.Equal(FetchMeans.OfficialDownload, result.Means);
    }

    [Fact]
    public async Task The_package_manager_goes_first_and_works_within_the_cache()
    {
        using var server = new LocalServer(LocalServer.Status(500));
        var apt = new PretendedApt();
        var entry = TinyDatasets.FashionMnist(server.Root);
        var result = await Fetcher(apt.Programs).FetchAsync(entry, seen.Add, Cancel);
        Assert.Equal(FetchMeans.PackageManager, result.Means);
        Assert.True(DatasetVerifier.Verify(entry, Cached, Cancel).IsOfficial);
        Assert.Empty(server.Requests);
        Assert.Equal(["update", "download dataset-fashion-mnist", "-x"], apt.Steps);
        Assert.All(apt.Calls, call => Assert.StartsWith(folder["cache"], call.Folder, StringComparison.Ordinal));
        Assert.Equal(
            [FetchStep.RefreshingIndex, FetchStep.DownloadingPackage, FetchStep.Unpacking],
            seen.Select(progress => progress.Step));
        Assert.Equal([".fashion-mnist.lock", "fashion-mnist"], folder.Names("cache"));
    }

    [Fact]
    public async Task No_setting_of_apt_points_to_a_folder_that_needs_root()
    {
        var apt = new PretendedApt();
        await Fetcher(apt.Programs).FetchAsync(TinyDatasets.FashionMnist(), seen.Add, Cancel);
        var folders = apt.Calls[0].Arguments.Where(argument => argument.StartsWith("Dir::", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, folders.Count);
        Assert.All(folders, setting => Assert.StartsWith(folder["cache"], setting[(setting.IndexOf('=') + 1)..], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("update", "E: The repository is not signed.")]
    [InlineData("download", "E: Unable to locate package dataset-fashion-mnist")]
    [InlineData("-x", "dpkg-deb: error: not a Debian format archive")]
    public async Task When_the_package_manager_fails_the_authors_are_asked_and_the_reason_is_kept(string step, string reason)
    {
        using var server = new LocalServer(LocalServer.Files(TinyDatasets.IdxFiles()));
        var apt = new PretendedApt { FailingStep = step, Reason = reason };
        var result = await Fetcher(apt.Programs).FetchAsync(TinyDatasets.FashionMnist(server.Root), seen.Add, Cancel);
        Assert.Equal(FetchMeans.OfficialDownload, result.Means);
        var note = Assert.Single(result.Notes);
        Assert.StartsWith("Package manager: ", note, StringComparison.Ordinal);
        Assert.Contains(reason.Replace("E: ", "", StringComparison.Ordinal), note, StringComparison.Ordinal);
        Assert.Equal([".fashion-mnist.lock", "fashion-mnist"], folder.Names("cache"));
    }

    [Fact]
    public async Task An_index_that_could_not_be_got_is_named_as_the_cause()
    {
        var apt = new PretendedApt
        {
            FailingStep = "download",
            Reason = "E: Unable to locate package dataset-fashion-mnist",
            UpdateWarning = "W: Failed to fetch http://127.0.0.1/InRelease  Could not connect\nW: Some index files failed",
        };
        using var server = new LocalServer(LocalServer.Status(404));
        var error = await Assert.ThrowsAsync<DataException>(
            () => Fetcher(apt.Programs).FetchAsync(TinyDatasets.FashionMnist(server.Root), seen.Add, Cancel));
        Assert.Contains(
            "Unable to locate package dataset-fashion-mnist (after Failed to fetch http://127.0.0.1/InRelease  Could not connect)",
            error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_every_way_fails_the_error_has_each_reason_and_the_remedy_in_two_lines()
    {
        using var server = new LocalServer(LocalServer.Status(404));
        var apt = new PretendedApt { HasData = false };
        var error = await Assert.ThrowsAsync<DataException>(
            () => Fetcher(apt.Programs).FetchAsync(TinyDatasets.FashionMnist(server.Root), seen.Add, Cancel));
        string[] expected =
        [
            "Fashion-MNIST could not be fetched", "Package manager: package dataset-fashion-mnist does not hold",
            "Official download: http://127.0.0.1", "404", "Remedy: put train-images-idx3-ubyte.gz", Cached, "--data",
        ];
        Assert.All(expected, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.Equal(2, error.Message.Split('\n').Length);
    }

    [Fact]
    public async Task Two_fetches_at_once_fetch_once()
    {
        using var server = new LocalServer(LocalServer.Files(TinyDatasets.IdxFiles()));
        var entry = TinyDatasets.FashionMnist(server.Root);
        var results = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ =>
            Task.Run(() => Fetcher(NoPrograms).FetchAsync(entry, _ => { }, Cancel), Cancel)));
        Assert.Equal(4, server.Requests.Count);
        Assert.Single(results, result => result.Means == FetchMeans.OfficialDownload);
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_is_an_output_failure()
    {
        folder.Write("cache", [1]);
        var error = await Assert.ThrowsAsync<OutputException>(
            () => Fetcher(NoPrograms).FetchAsync(TinyDatasets.FashionMnist(), seen.Add, Cancel));
        Assert.Contains("XDG_CACHE_HOME", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_of_the_system_gives_its_output_and_exit_code()
    {
        var call = new ProgramCall("sh", ["-c", "echo out; echo err >&2; exit 3"], folder.Path);
        Assert.True(SystemPrograms.Machine.Exists("sh"));
        Assert.False(SystemPrograms.Machine.Exists("no-such-program"));
        Assert.Equal(new ProgramResult(3, "out\n", "err\n"), await SystemPrograms.Machine.Run(call, Cancel));
    }

    [Fact]
    public async Task A_cancelled_program_is_ended()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var call = new ProgramCall("sleep", ["60"], folder.Path);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SystemPrograms.Machine.Run(call, stop.Token));
    }

    private DatasetFetcher Fetcher(SystemPrograms programs) =>
        new(new DatasetPlaces(folder["cache"]) { SystemRoot = folder["system"] })
        {
            Programs = programs,
            Policy = new DownloadPolicy { Attempts = 2, FirstDelay = TimeSpan.FromMilliseconds(1), FreeBytes = _ => long.MaxValue },
        };

    private sealed class PretendedApt
    {
        public string? FailingStep { get; init; }

        public string Reason { get; init; } = "";

        public string UpdateWarning { get; init; } = "";

        public bool HasData { get; init; } = true;

        public List<ProgramCall> Calls { get; } = [];

        public IEnumerable<string> Steps => Calls.Select(Step);

        public SystemPrograms Programs => new(_ => true, Run);

        private static string Step(ProgramCall call) => call.Program == "dpkg-deb"
            ? call.Arguments[0]
            : string.Join(' ', call.Arguments.SkipWhile(argument => argument is not ("update" or "download")));

        private Task<ProgramResult> Run(ProgramCall call, CancellationToken cancel)
        {
            cancel.ThrowIfCancellationRequested();
            Calls.Add(call);
            var step = Step(call).Split(' ')[0];
            if (step == FailingStep)
            {
                return Task.FromResult(new ProgramResult(100, "", $"{Reason}\n"));
            }
            if (step == "download")
            {
                File.WriteAllBytes(Path.Combine(call.Folder, "dataset-fashion-mnist_1_all.deb"), [1]);
            }
            if (step == "-x" && HasData)
            {
                Unpack(call.Arguments[2]);
            }
            return Task.FromResult(new ProgramResult(0, "", step == "update" ? UpdateWarning : ""));
        }

        private static void Unpack(string target)
        {
            var folder = Directory.CreateDirectory($"{target}/usr/share/datasets/fashion-mnist").FullName;
            foreach (var (name, bytes) in TinyDatasets.IdxFiles())
            {
                File.WriteAllBytes(Path.Combine(folder, name), bytes);
            }
        }
    }
}
