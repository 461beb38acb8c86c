// Gets a dataset from its authors, file by file, each from the first address that delivers it. What is already there
// and can be read is kept, so a fetch that was interrupted goes on.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Downloads datasets over <paramref name="client"/>, which the caller owns.</summary>
internal sealed class OfficialDownload(HttpClient client, DownloadPolicy policy)
{
    /// <summary>Brings every missing or damaged file of <paramref name="entry"/> into <paramref name="folder"/>.</summary>
    /// <exception cref="DataException">No address delivered a file; the message has the reason for each.</exception>
    /// <exception cref="OutputException">A file cannot be written.</exception>
    public async Task FetchAsync(
        DatasetEntry entry, string folder, Action<FetchProgress> progress, CancellationToken cancel)
    {
        var download = new ResumableDownload(client, policy);
        foreach (var file in entry.Downloads)
        {
            var target = Path.Combine(folder, file.Name);
            if (IsWhole(entry, target))
            {
                continue;
            }
            void Report(long bytes, long? total) =>
                progress(new FetchProgress(FetchStep.Downloading, file.Name, bytes, total));
            await FetchFileAsync(
                file, address => download.FetchAsync(new DownloadOrder(address, file, target, Report), cancel));
        }
    }

    private static async Task FetchFileAsync(DatasetFile file, Func<Uri, Task> fetch)
    {
        var failures = new List<string>();
        foreach (var address in file.Addresses)
        {
            try
            {
                await fetch(address);
                return;
            }
            catch (DataException exception)
            {
                failures.Add(exception.Message);
            }
        }
        throw new DataException(string.Join("; ", failures));
    }

    private static bool IsWhole(DatasetEntry entry, string target)
    {
        try
        {
            return File.Exists(target) && DatasetContent.Read(entry, target).Images > 0;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return false;
        }
    }
}
