// A web server on the loopback address that does to its client what the net does: breaks off, lies, keeps silent.
// Answers are given by a list, one per request; the last one repeats.
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace GateConnect.Tests.Data;

internal sealed class LocalServer : IDisposable
{
    private readonly HttpListener listener;
    private readonly Action<HttpListenerContext>[] answers;
    private readonly List<(string Path, string? Range, string? IfRange)> requests = [];

    public LocalServer(params Action<HttpListenerContext>[] answers)
    {
        this.answers = answers;
        (listener, Root) = Start();
        _ = Task.Run(ServeAsync);
    }

    public Uri Root { get; }

    public Uri File => new(Root, "file");

    public IReadOnlyList<(string Path, string? Range, string? IfRange)> Requests
    {
        get
        {
            lock (requests)
            {
                return [.. requests];
            }
        }
    }

    /// <summary>A well-behaved server: ranges, If-Range; breaks off after <paramref name="limit"/> bytes of an answer.</summary>
    public static Action<HttpListenerContext> Serve(byte[] bytes, string? tag = "\"v1\"", int limit = int.MaxValue) =>
        context =>
        {
            var range = context.Request.Headers["Range"];
            var condition = context.Request.Headers["If-Range"];
            var start = range is null || (condition is not null && condition != tag)
                ? 0
                : int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            Send(context, bytes, (start, tag, limit));
        };

    /// <summary>A server that knows no ranges.</summary>
    public static Action<HttpListenerContext> ServeWhole(byte[] bytes, int limit = int.MaxValue) =>
        context => Send(context, bytes, (0, "\"v1\"", limit));

    /// <summary>A server that answers a range whatever If-Range says.</summary>
    public static Action<HttpListenerContext> ServeRangeBlindly(byte[] bytes, string tag) => context =>
    {
        var range = context.Request.Headers["Range"];
        var start = range is null ? 0 : int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
        Send(context, bytes, (start, tag, int.MaxValue));
    };

    public static Action<HttpListenerContext> Status(int code) => context =>
    {
        context.Response.StatusCode = code;
        context.Response.Close();
    };

    /// <summary>Answers by path; 404 for others.</summary>
    public static Action<HttpListenerContext> Files(IReadOnlyDictionary<string, byte[]> files) => context =>
    {
        var name = context.Request.Url!.AbsolutePath.TrimStart('/');
        (files.TryGetValue(name, out var bytes) ? Serve(bytes) : Status(404))(context);
    };

    public void Dispose() => ((IDisposable)listener).Dispose();

    private static void Send(HttpListenerContext context, byte[] bytes, (int Start, string? Tag, int Limit) how)
    {
        var response = context.Response;
        if (how.Tag is not null)
        {
            response.Headers["ETag"] = how.Tag;
        }
        if (how.Start > 0)
        {
            response.StatusCode = 206;
            response.Headers["Content-Range"] = $"bytes {how.Start}-{bytes.Length - 1}/{bytes.Length}";
        }
        response.ContentLength64 = bytes.Length - how.Start;
        var count = Math.Min(how.Limit, bytes.Length - how.Start);
        response.OutputStream.Write(bytes, how.Start, count);
        response.OutputStream.Flush();
        if (count < bytes.Length - how.Start)
        {
            Thread.Sleep(20); // Lets the bytes leave before the line breaks.
            response.Abort();
            return;
        }
        response.Close();
    }

    private static (HttpListener, Uri) Start()
    {
        for (var attempt = 0; ; attempt++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            var root = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/");
            var listener = new HttpListener { Prefixes = { root.AbsoluteUri } };
            try
            {
                listener.Start();
                return (listener, root);
            }
            catch (HttpListenerException) when (attempt < 10)
            {
            }
        }
    }

    private async Task ServeAsync()
    {
        for (var number = 0; listener.IsListening; number++)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            var headers = context.Request.Headers;
            lock (requests)
            {
                requests.Add((context.Request.Url!.AbsolutePath, headers["Range"], headers["If-Range"]));
            }
            var answer = answers[Math.Min(number, answers.Length - 1)];
            _ = Task.Run(() => Answer(answer, context));
        }
    }

    private static void Answer(Action<HttpListenerContext> answer, HttpListenerContext context)
    {
        try
        {
            answer(context);
        }
        catch (Exception exception) when (exception is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The client went away, which is what some tests do.
        }
    }
}
