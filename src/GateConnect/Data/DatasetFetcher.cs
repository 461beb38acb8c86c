// Brings a published dataset into the cache, in the first of two ways that works: the system's package manager where
// it has the set, else the download its authors offer. Nothing is used before it has been checked.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Fetches datasets into the cache of <paramref name="places"/>.</summary>
public sealed class DatasetFetcher(DatasetPlaces places)
{
    /// <summary>The patience of downloads.</summary>
    internal DownloadPolicy Policy { get; init; } = new();

    /// <summary>The programs of the system, the package manager among them.</summary>
    internal SystemPrograms Programs { get; init; } = SystemPrograms.Machine;

    /// <summary>Sends the requests; not disposed here. Null for the system's own (proxy variables respected).</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>
    /// Makes sure that <paramref name="entry"/> is on this machine. If it is, and whole, nothing is fetched. An
    /// interrupted download goes on at the next call.
    /// </summary>
    /// <param name="entry">The dataset.</param>
    /// <param name="progress">Called on the fetching thread, often; must be quick.</param>
    /// <param name="cancel">Ends the fetch; what was downloaded stays for the next one.</param>
    /// <exception cref="DataException">Every way failed; the message names each reason and the remedy.</exception>
    /// <exception cref="OutputException">The cache cannot be written, or the disk is too full.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<FetchResult> FetchAsync(
        DatasetEntry entry, Action<FetchProgress> progress, CancellationToken cancel = default)
    {
        if (FindWhole(entry, progress, cancel) is { } there)
        {
            return there;
        }
        MakeCache();
        using var held = await FetchLock.TakeAsync(
            Path.Combine(places.CacheFolder, $".{entry.Name}.lock"),
            () => progress(new FetchProgress(FetchStep.Waiting, entry.Name)),
            cancel);
        return FindWhole(entry, progress, cancel) ?? await TryEachWayAsync(entry, progress, cancel);
    }

    private FetchResult? FindWhole(DatasetEntry entry, Action<FetchProgress> progress, CancellationToken cancel)
    {
        if (new DatasetLocator(places).Locate(entry).Found is not { } location)
        {
            return null;
        }
        progress(new FetchProgress(FetchStep.Checking, location.Path));
        return DatasetVerifier.Verify(entry, location.Path, cancel).IsUsable
            ? new FetchResult(location, FetchMeans.AlreadyThere, [])
            : null;
    }

    private async Task<FetchResult> TryEachWayAsync(
        DatasetEntry entry, Action<FetchProgress> progress, CancellationToken cancel)
    {
        var failures = new List<string>();
        foreach (var (name, means, fetch) in Ways(entry, progress, cancel))
        {
            try
            {
                await fetch();
                var found = FoundLayout.Best(entry, places.CacheOf(entry));
                return new FetchResult(new DatasetLocation(found.ReaderPath, DatasetSource.Cache), means, failures);
            }
            catch (DataException exception)
            {
                failures.Add($"{name}: {exception.Message}");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw CannotWrite(exception);
            }
        }
        var files = string.Join(", ", entry.Downloads.Select(file => file.Name));
        throw new DataException(
            $"{entry.Title} could not be fetched. {string.Join(". ", failures)}.{Environment.NewLine}" +
            $"Remedy: put {files} into {places.CacheOf(entry)}, " +
            $"or name a folder that has them by --data or {DatasetPlaces.DataVariable}");
    }

    private IEnumerable<(string Name, FetchMeans Means, Func<Task> Fetch)> Ways(
        DatasetEntry entry, Action<FetchProgress> progress, CancellationToken cancel)
    {
        if (entry.DebianPackage is not null)
        {
            yield return ("Package manager", FetchMeans.PackageManager, () => FromPackageAsync(entry, progress, cancel));
        }
        yield return ("Official download", FetchMeans.OfficialDownload, () => FromAuthorsAsync(entry, progress, cancel));
    }

    private async Task FromPackageAsync(DatasetEntry entry, Action<FetchProgress> progress, CancellationToken cancel)
    {
        var download = new PackageDownload(Programs);
        if (!download.IsAvailable)
        {
            throw new DataException("apt-get and dpkg-deb are not on this system");
        }
        var work = Path.Combine(places.CacheFolder, $".{entry.Name}.work");
        RemoveFolder(work);
        try
        {
            Directory.CreateDirectory(work);
            var expected = entry.Downloads.Sum(file => file.Bytes ?? 0);
            Policy.RequireSpace(work, 2 * expected); // The package and what is unpacked of it lie side by side.
            Install(await download.FetchAsync(entry, work, progress, cancel), places.CacheOf(entry));
        }
        finally
        {
            RemoveFolder(work);
        }
    }

    private async Task FromAuthorsAsync(DatasetEntry entry, Action<FetchProgress> progress, CancellationToken cancel)
    {
        using var ownHandler = Handler is null ? new SocketsHttpHandler() : null;
        using var client = new HttpClient(Handler ?? ownHandler!, disposeHandler: false)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("gateconnect");
        var folder = Directory.CreateDirectory(places.CacheOf(entry)).FullName;
        await new OfficialDownload(client, Policy).FetchAsync(entry, folder, progress, cancel);
    }

    // The locator believes a folder only when every file is there, so files may come one by one into an existing folder.
    private static void Install(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(source))
        {
            using (var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite))
            {
                stream.Flush(flushToDisk: true);
            }
            File.Move(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
        }
    }

    private void MakeCache()
    {
        try
        {
            Directory.CreateDirectory(places.CacheFolder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(exception);
        }
    }

    private OutputException CannotWrite(Exception exception) => new(
        $"{places.CacheFolder}: cannot be written ({exception.Message}): set XDG_CACHE_HOME to a folder you may write to",
        exception);

    private static void RemoveFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
