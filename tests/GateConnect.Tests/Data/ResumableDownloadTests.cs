using System.Security.Cryptography;
using CsCheck;
using GateConnect.Data;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests.Data;

public sealed class ResumableDownloadTests : IDisposable
{
    private static readonly DownloadPolicy Impatient = new()
    {
        Attempts = 3,
        FirstDelay = TimeSpan.FromMilliseconds(1),
        ProgressBytes = 1,
        Stall = TimeSpan.FromSeconds(20),
        FreeBytes = _ => long.MaxValue,
        SpareBytes = 0,
    };

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly List<long> reported = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        client.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_file_arrives_whole_and_leaves_nothing_else_behind()
    {
        using var server = new LocalServer(LocalServer.Serve(Bytes(300_000)));
        await FetchAsync(server, Bytes(300_000));
        Assert.Equal(Bytes(300_000), File.ReadAllBytes(folder["file"]));
        Assert.Equal(["file"], folder.Names());
        Assert.Equal(300_000, reported[^1]);
    }

    [Fact]
    public async Task Wherever_the_line_breaks_the_file_is_the_same()
    {
        await Gen.Int[1, 40_000].Array[0, 4].SampleAsync(
            async cuts =>
            {
                var bytes = Bytes(50_000);
                using var server = new LocalServer(
                    [.. cuts.Select(cut => LocalServer.Serve(bytes, limit: cut)), LocalServer.Serve(bytes)]);
                await FetchAsync(server, bytes);
                Assert.Equal(bytes, File.ReadAllBytes(folder["file"]));
            },
            iter: 12,
            threads: 1);
    }

    [Fact]
    public async Task A_broken_download_goes_on_where_it_stopped()
    {
        var bytes = Bytes(100_000);
        using var server = new LocalServer(LocalServer.Serve(bytes, limit: 60_000), LocalServer.Serve(bytes));
        await FetchAsync(server, bytes);
        Assert.Equal(2, server.Requests.Count);
        Assert.Null(server.Requests[0].Range);
        Assert.Equal("\"v1\"", server.Requests[1].IfRange);
        Assert.NotEqual("bytes=0-", server.Requests[1].Range);
        Assert.Equal(reported.Order(), reported);
    }

    [Fact]
    public async Task A_later_process_goes_on_with_what_an_earlier_one_left()
    {
        var bytes = Bytes(100_000);
        using var server = new LocalServer(LocalServer.Serve(bytes, limit: 70_000), LocalServer.Serve(bytes));
        await Assert.ThrowsAsync<DataException>(() => FetchAsync(server, bytes, Impatient with { Attempts = 1, ProgressBytes = 1 << 20 }));
        Assert.Equal(["file.part", "file.part.info"], folder.Names());
        var left = new FileInfo(folder["file.part"]).Length;
        await FetchAsync(server, bytes);
        Assert.Equal(bytes, File.ReadAllBytes(folder["file"]));
        Assert.Equal($"bytes={left}-", server.Requests[^1].Range);
    }

    [Fact]
    public async Task A_file_that_changed_meanwhile_comes_anew()
    {
        var (old, renewed) = (Bytes(100_000), Bytes(100_000, seed: 2));
        using var server = new LocalServer(
            LocalServer.Serve(old, "\"old\"", limit: 50_000), LocalServer.Serve(renewed, "\"new\""));
        await FetchAsync(server, renewed);
        Assert.Equal(renewed, File.ReadAllBytes(folder["file"]));
    }

    [Fact]
    public async Task A_range_of_another_version_is_not_appended()
    {
        var (old, renewed) = (Bytes(100_000), Bytes(100_000, seed: 2));
        using var server = new LocalServer(
            LocalServer.Serve(old, "\"old\"", limit: 50_000), LocalServer.ServeRangeBlindly(renewed, "\"new\""));
        await FetchAsync(server, renewed);
        Assert.Equal(renewed, File.ReadAllBytes(folder["file"]));
        Assert.Null(server.Requests[^1].Range);
    }

    [Fact]
    public async Task A_server_without_ranges_starts_over()
    {
        var bytes = Bytes(100_000);
        using var server = new LocalServer(LocalServer.ServeWhole(bytes, limit: 50_000), LocalServer.ServeWhole(bytes));
        await FetchAsync(server, bytes);
        Assert.Equal(bytes, File.ReadAllBytes(folder["file"]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("W/\"weak\"")]
    public async Task Without_a_strong_version_the_download_starts_over(string? tag)
    {
        var bytes = Bytes(100_000);
        using var server = new LocalServer(LocalServer.Serve(bytes, tag, limit: 50_000), LocalServer.Serve(bytes, tag));
        await FetchAsync(server, bytes);
        Assert.Equal(bytes, File.ReadAllBytes(folder["file"]));
        Assert.All(server.Requests, request => Assert.Null(request.Range));
    }

    [Fact]
    public async Task A_wrong_checksum_is_named_and_the_file_removed()
    {
        using var server = new LocalServer(LocalServer.Serve(Bytes(1000, seed: 2)));
        var error = await Assert.ThrowsAsync<DataException>(() => FetchAsync(server, Bytes(1000)));
        Assert.Contains("checksum mismatch", error.Message, StringComparison.Ordinal);
        Assert.Contains(Sha256(Bytes(1000)), error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public async Task A_file_of_another_size_is_refused_before_it_is_downloaded()
    {
        using var server = new LocalServer(LocalServer.Serve(Bytes(999)));
        var error = await Assert.ThrowsAsync<DataException>(() => FetchAsync(server, Bytes(1000)));
        Assert.Contains("offers 999 bytes, the official file has 1000", error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    public async Task What_will_not_get_better_is_not_tried_again(int status)
    {
        using var server = new LocalServer(LocalServer.Status(status));
        var error = await Assert.ThrowsAsync<DataException>(() => FetchAsync(server, Bytes(10)));
        Assert.Contains($"{server.File}: {status}", error.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task An_overloaded_server_is_asked_again()
    {
        using var server = new LocalServer(
            LocalServer.Status(503), LocalServer.Status(429), LocalServer.Serve(Bytes(10)));
        await FetchAsync(server, Bytes(10));
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task An_address_is_given_up_after_the_stated_number_of_attempts()
    {
        using var server = new LocalServer(LocalServer.Status(503));
        var error = await Assert.ThrowsAsync<DataException>(() => FetchAsync(server, Bytes(10)));
        Assert.Contains("given up after 3 attempts (503", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_server_that_always_breaks_off_at_the_same_byte_is_given_up()
    {
        using var server = new LocalServer(LocalServer.ServeWhole(Bytes(100_000), limit: 1000));
        await Assert.ThrowsAsync<DataException>(() => FetchAsync(server, Bytes(100_000)));
        Assert.InRange(server.Requests.Count, 3, 4);
    }

    [Fact]
    public async Task Silence_counts_as_a_failure()
    {
        using var server = new LocalServer(_ => { });
        var policy = Impatient with { Attempts = 1, Stall = TimeSpan.FromMilliseconds(50) };
        var error = await Assert.ThrowsAsync<DataException>(() => FetchAsync(server, Bytes(10), policy));
        Assert.Contains("no data for 0.1 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_without_room_is_refused_before_a_byte_is_written()
    {
        using var server = new LocalServer(LocalServer.Serve(Bytes(1000)));
        var policy = Impatient with { FreeBytes = _ => 1010, SpareBytes = 11 };
        var error = await Assert.ThrowsAsync<OutputException>(() => FetchAsync(server, Bytes(1000), policy));
        Assert.Contains("make room", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_keeps_what_has_arrived()
    {
        var bytes = Bytes(100_000);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var server = new LocalServer(context =>
        {
            context.Response.Headers["ETag"] = "\"v1\"";
            context.Response.ContentLength64 = bytes.Length;
            context.Response.OutputStream.Write(bytes, 0, 5000);
            context.Response.OutputStream.Flush();
        });
        var order = new DownloadOrder(server.File, Official(bytes), folder["file"], (done, _) =>
        {
            if (done > 0)
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new ResumableDownload(client, Impatient).FetchAsync(order, stop.Token));
        Assert.Equal(["file.part", "file.part.info"], folder.Names());
        Assert.True(new FileInfo(folder["file.part"]).Length > 0);
    }

    private Task FetchAsync(LocalServer server, byte[] official, DownloadPolicy? policy = null)
    {
        var order = new DownloadOrder(
            server.File, Official(official), folder["file"], (done, _) => reported.Add(done));
        return new ResumableDownload(client, policy ?? Impatient).FetchAsync(order, Cancel);
    }

    private static DatasetFile Official(byte[] bytes) => new("file") { Bytes = bytes.Length, Sha256 = Sha256(bytes) };

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Bytes(int count, ulong seed = 1)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (byte)random.NextInt(256))];
    }
}
