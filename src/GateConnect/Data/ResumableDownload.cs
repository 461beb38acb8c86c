// Downloads one file, however often the line breaks: goes on where it stopped (Range with If-Range, so that a file that
// changed meanwhile comes anew and is not spliced), gives up after a bounded number of failures, and lets the file
// appear under its name only when its SHA-256 is the expected one.
using System.Net;
using System.Net.Http.Headers;
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>One file to download.</summary>
/// <param name="Address">Where it is offered.</param>
/// <param name="File">What it must be.</param>
/// <param name="Target">Its final path, in a folder that exists.</param>
/// <param name="Report">Called with the bytes there and the total where known.</param>
internal sealed record DownloadOrder(Uri Address, DatasetFile File, string Target, Action<long, long?> Report);

/// <summary>Downloads over <paramref name="client"/>, which the caller owns; its timeout must be infinite.</summary>
internal sealed class ResumableDownload(HttpClient client, DownloadPolicy policy)
{
    /// <summary>Carries out <paramref name="order"/>; what an interrupted one left is continued.</summary>
    /// <exception cref="DataException">The address was given up, or it offers another file.</exception>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public async Task FetchAsync(DownloadOrder order, CancellationToken cancel)
    {
        var part = new PartFile(order.Target);
        var failures = 0;
        var best = part.Length;
        while (order.File.Bytes is null || part.Length != order.File.Bytes)
        {
            try
            {
                await ReceiveAsync(order, part, cancel);
                break;
            }
            catch (Exception exception) when (IsTransient(exception, cancel))
            {
                failures = part.Length >= best + policy.ProgressBytes ? 1 : failures + 1;
                best = Math.Max(best, part.Length);
                if (failures >= policy.Attempts)
                {
                    throw new DataException(
                        $"{order.Address}: given up after {failures} attempts ({Reason(exception)})", exception);
                }
                await Task.Delay(policy.DelayAfter(failures, AskedDelay(exception)), cancel);
            }
            catch (HttpRequestException exception)
            {
                throw new DataException($"{order.Address}: {Reason(exception)}", exception);
            }
        }
        Accept(order, part);
    }

    private async Task ReceiveAsync(DownloadOrder order, PartFile part, CancellationToken cancel)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        stall.CancelAfter(policy.Stall);
        var version = part.VersionAt(order.Address);
        using var request = Request(order.Address, part.Length, version);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall.Token);
        if (!Continues(response, part.Length, version))
        {
            RequireSuccess(response, part);
            part.Begin(order.Address, VersionOf(response));
        }
        var total = part.Length + response.Content.Headers.ContentLength;
        if (order.File.Bytes is { } expected && total is { } offered && offered != expected)
        {
            part.Delete();
            throw new DataException(
                $"{order.Address}: offers {offered} bytes, the official {order.File.Name} has {expected}");
        }
        policy.RequireSpace(Path.GetDirectoryName(part.Path)!, total - part.Length ?? 0);
        using var content = await response.Content.ReadAsStreamAsync(stall.Token);
        await CopyAsync(content, part, bytes => order.Report(bytes, total ?? order.File.Bytes), stall);
    }

    private static HttpRequestMessage Request(Uri address, long length, string? version)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (length > 0 && version is not null)
        {
            request.Headers.Range = new RangeHeaderValue(length, null);
            request.Headers.TryAddWithoutValidation("If-Range", version);
        }
        return request;
    }

    // A server may answer 206 for another version if it does not know If-Range, so its version is compared here too.
    private static bool Continues(HttpResponseMessage response, long length, string? version) =>
        response.StatusCode == HttpStatusCode.PartialContent
        && version is not null
        && response.Content.Headers.ContentRange?.From == length
        && VersionOf(response) == version;

    private static void RequireSuccess(HttpResponseMessage response, PartFile part)
    {
        if (response.StatusCode is HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            part.Delete();
            throw new IOException("the server cannot continue the earlier download; starting over");
        }
        if (!response.IsSuccessStatusCode)
        {
            var status = $"{(int)response.StatusCode} {response.ReasonPhrase}";
            var exception = new HttpRequestException(status, null, response.StatusCode);
            exception.Data[nameof(RetryConditionHeaderValue)] = response.Headers.RetryAfter?.Delta;
            throw exception;
        }
    }

    private async Task CopyAsync(Stream content, PartFile part, Action<long> report, CancellationTokenSource stall)
    {
        using var output = part.OpenAppend();
        var buffer = new byte[1 << 17];
        report(output.Position);
        for (int read; (read = await content.ReadAsync(buffer, stall.Token)) > 0;)
        {
            part.Writing(() => output.Write(buffer, 0, read));
            stall.CancelAfter(policy.Stall);
            report(output.Position);
        }
    }

    private static void Accept(DownloadOrder order, PartFile part)
    {
        var file = order.File;
        var found = DatasetVerifier.Sha256(part.Path);
        if (file.Sha256 is not null && found != file.Sha256)
        {
            part.Delete();
            throw new DataException(
                $"{order.Address}: checksum mismatch, SHA-256 is {found}, the official {file.Name} has {file.Sha256}; " +
                "the download was removed");
        }
        part.Complete();
    }

    // Only a strong ETag or a date may stand in If-Range.
    private static string? VersionOf(HttpResponseMessage response) => response.Headers.ETag is { IsWeak: false } tag
        ? tag.Tag
        : response.Content.Headers.LastModified?.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private static bool IsTransient(Exception exception, CancellationToken cancel) => exception switch
    {
        HttpRequestException { StatusCode: { } status } => (int)status >= 500
            || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests,
        HttpRequestException broken => broken.HttpRequestError != HttpRequestError.NameResolutionError,
        IOException => true,
        OperationCanceledException => !cancel.IsCancellationRequested,
        _ => false,
    };

    private static TimeSpan AskedDelay(Exception exception) =>
        exception.Data[nameof(RetryConditionHeaderValue)] as TimeSpan? ?? TimeSpan.Zero;

    private string Reason(Exception exception) => exception is OperationCanceledException
        ? FormattableString.Invariant($"no data for {policy.Stall.TotalSeconds:0.#} s")
        : exception.Message;
}
