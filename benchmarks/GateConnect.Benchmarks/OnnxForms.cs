using System.Diagnostics;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Export;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Experiments.Bench;
using GateConnect.Pruning;
namespace GateConnect.Benchmarks;
internal static class OnnxForms
{
    internal static void Run(string size, int side, int fanIn)
    {
        TorchRuntime.SetThreads(1);
        var blueprint = NetworkBlueprint.Create(NetworkSize.Parse(size), new ImageShape(3, side, side), 10);
        using var network = BranchNetwork.Create(blueprint, Connectivity.Random(blueprint, fanIn, new SeededRandom(1)), new Seeds(1), NetworkOptions.Default);
        network.eval();
        var header = new ModelHeader(NetworkForm.Branches, blueprint, fanIn, LastNormAffine.Shared, network.Wiring(), new Normalization([.5f, .5f, .5f], [.25f, .25f, .25f]), [.. Enumerable.Range(0, 10).Select(i => $"c{i}")], "x");
        using var model = new LoadedModel(network, header);
        var options = new OnnxOptions { Input = OnnxInput.Normalized };
        var forms = (Environment.GetEnvironmentVariable("FORMS") ?? "mix,dense,densetrunk,branch").Split(',');
        foreach (var threads in (int[])[1, 2])
        foreach (var batch in (int[])[1, 128])
        {
            var x = new float[batch * blueprint.Image.ByteCount];
            var rng = new SeededRandom(3); for (var i = 0; i < x.Length; i++) x[i] = (float)rng.NextNormal();
            var sessions = forms.Select(f => { OnnxModule.Form = f; return new OnnxSession(OnnxFile.Of("x", model, options), threads); }).ToArray();
            float[]? first = null;
            foreach (var s in sessions) { var y = s.Run(x, batch); first ??= y; Console.Write($"{first.Zip(y).Max(p => Math.Abs(p.First - p.Second)) / first.Max(Math.Abs):0.0e+0} "); }
            using (var folded = FoldedNetwork.Create(network)) { TorchRuntime.SetThreads(threads);
                using var scope = TorchSharp.torch.NewDisposeScope(); using var ng = TorchSharp.torch.no_grad();
                var t = TorchSharp.torch.tensor(x, [batch, 3, side, side]); folded.call(t);
                var best = double.MaxValue; for (var r = 0; r < 7; r++) { var c = Stopwatch.StartNew(); var n = batch == 1 ? 20 : 2; for (var i = 0; i < n; i++) { using var ss = TorchSharp.torch.NewDisposeScope(); folded.call(t); } best = Math.Min(best, c.Elapsed.TotalSeconds / n); }
                Console.Write($"folded {batch / best:0} "); }
            var times = forms.Select(_ => double.MaxValue).ToArray();
            for (var round = 0; round < 7; round++)
                for (var f = 0; f < forms.Length; f++)
                { var n = batch == 1 ? 20 : 2; var c = Stopwatch.StartNew(); for (var i = 0; i < n; i++) sessions[f].Run(x, batch); times[f] = Math.Min(times[f], c.Elapsed.TotalSeconds / n); }
            Console.WriteLine($"{size} threads {threads} batch {batch}: " + string.Join("  ", forms.Select((f, i) => $"{f} {batch / times[i]:0}")));
            foreach (var s in sessions) s.Dispose();
        }
    }
}
