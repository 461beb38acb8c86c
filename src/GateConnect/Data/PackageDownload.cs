// Gets a dataset from the system's package manager without root: apt is pointed at an index and a cache of our own (the
// system's are left alone and may be empty), checks the signatures as always, and only downloads; dpkg-deb unpacks.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Downloads Debian packages with the programs of a system.</summary>
internal sealed class PackageDownload(SystemPrograms programs)
{
    // Hooks of the system (caches of desktop software, clean-up of /var/cache) are not for a private index.
    private const string Configuration =
        "#clear APT::Update::Pre-Invoke;\n#clear APT::Update::Post-Invoke;\n#clear APT::Update::Post-Invoke-Success;\n";

    /// <summary>Whether the programs needed are there.</summary>
    public bool IsAvailable => programs.Exists("apt-get") && programs.Exists("dpkg-deb");

    /// <summary>
    /// Downloads and unpacks the package of <paramref name="entry"/> within <paramref name="work"/>, an empty folder
    /// that the caller removes, and returns the folder in it that holds the dataset, checked.
    /// </summary>
    /// <exception cref="DataException">A step failed, or the package does not hold the dataset.</exception>
    public async Task<string> FetchAsync(
        DatasetEntry entry, string work, Action<FetchProgress> progress, CancellationToken cancel)
    {
        var package = entry.DebianPackage ?? throw new ArgumentException("the dataset has no package", nameof(entry));
        var options = PrepareApt(work);
        progress(new FetchProgress(FetchStep.RefreshingIndex, package));
        var update = await RunAsync(new ProgramCall("apt-get", [.. options, "update"], work), "", cancel);
        progress(new FetchProgress(FetchStep.DownloadingPackage, package));
        await RunAsync(new ProgramCall("apt-get", [.. options, "download", package], work), update.Errors, cancel);
        progress(new FetchProgress(FetchStep.Unpacking, package));
        var archive = Directory.EnumerateFiles(work, "*.deb").FirstOrDefault()
            ?? throw new DataException($"apt-get download {package} left no .deb file");
        var unpacked = Path.Combine(work, "unpacked");
        await RunAsync(new ProgramCall("dpkg-deb", ["-x", archive, unpacked], work), "", cancel);
        return FolderOf(entry, package, unpacked, cancel);
    }

    private static List<string> PrepareApt(string work)
    {
        foreach (var folder in (string[])["state/lists/partial", "cache/archives/partial"])
        {
            Directory.CreateDirectory(Path.Combine(work, folder));
        }
        var configuration = Path.Combine(work, "apt.conf");
        File.WriteAllText(configuration, Configuration);
        string[] settings =
        [
            $"Dir::State={work}/state",
            $"Dir::State::lists={work}/state/lists",
            $"Dir::Cache={work}/cache",
            $"Dir::Cache::archives={work}/cache/archives",
            "APT::Sandbox::User=root", // As root, apt would drop to a user who may not write here; else it has no effect.
            "Acquire::Languages=none",
            "Acquire::PDiffs=false",
            "Acquire::Retries=2",
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
            "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false",
        ];
        return ["-q", "-c", configuration, .. settings.SelectMany(setting => (string[])["-o", setting])];
    }

    private async Task<ProgramResult> RunAsync(ProgramCall call, string earlierErrors, CancellationToken cancel)
    {
        ProgramResult result;
        try
        {
            result = await programs.Run(call, cancel);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new DataException($"{call.Program} cannot be run ({exception.Message})", exception);
        }
        if (result.ExitCode != 0)
        {
            var step = call.Program == "apt-get" ? call.Arguments.First(IsVerb) : "-x";
            throw new DataException($"{call.Program} {step}: {Reason(result.Errors, earlierErrors)}");
        }
        return result;
    }

    private static bool IsVerb(string argument) => argument is "update" or "download";

    // apt marks errors E: and warnings W:; an index it could not get is a warning, and the cause of the error after it.
    private static string Reason(string errors, string earlierErrors)
    {
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var error = lines.FirstOrDefault(line => line.StartsWith("E:", StringComparison.Ordinal))
            ?? lines.LastOrDefault() ?? "failed without a message";
        var cause = earlierErrors.Split('\n')
            .FirstOrDefault(line => line.StartsWith("W: Failed", StringComparison.Ordinal));
        return (cause is null ? error : $"{error} (after {cause.Trim()})")
            .Replace("E: ", "", StringComparison.Ordinal)
            .Replace("W: ", "", StringComparison.Ordinal);
    }

    private static string FolderOf(DatasetEntry entry, string package, string unpacked, CancellationToken cancel)
    {
        foreach (var folder in entry.SystemFolders)
        {
            var path = unpacked + folder;
            var found = DatasetVerifier.Verify(entry, path, cancel);
            if (found.IsUsable)
            {
                return path;
            }
        }
        throw new DataException($"package {package} does not hold {entry.Expectation}");
    }
}
