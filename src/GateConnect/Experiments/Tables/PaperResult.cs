// What the paper reports (PAPER section 6), to stand beside what was measured here.
using GateConnect.Architecture;

namespace GateConnect.Experiments.Tables;

/// <summary>Top-1 accuracy as the paper reports it, in percent.</summary>
/// <param name="MeanPercent">Mean over its runs; where it reports one figure only, that figure.</param>
/// <param name="StdPercent">Standard deviation over its runs, or null where it reports none.</param>
/// <param name="BestPercent">Its best run, or null.</param>
public sealed record PaperResult(double MeanPercent, double? StdPercent = null, double? BestPercent = null)
{
    private static readonly Dictionary<(string Dataset, string Network, ConnectivityKind Kind), PaperResult> Reported = new()
    {
        [("cifar10", "20,4,8", ConnectivityKind.Full)] = new(91.13, 0.11, 91.39),
        [("cifar10", "20,4,8", ConnectivityKind.Learned)] = new(92.76, 0.10, 92.85),
        [("cifar10", "29,8,8", ConnectivityKind.Full)] = new(93.14, 0.11, 93.26),
        [("cifar10", "29,8,8", ConnectivityKind.Learned)] = new(94.96, 0.12, 95.11),
        [("cifar10", "29,64,8", ConnectivityKind.Full)] = new(96.23, 0.12, 96.35),
        [("cifar10", "29,64,8", ConnectivityKind.Learned)] = new(96.73, 0.11, 96.83),
        [("imagenet", "50,4,32", ConnectivityKind.Full)] = new(77.8),
        [("imagenet", "50,4,32", ConnectivityKind.Learned)] = new(79.1),
        [("imagenet", "101,4,32", ConnectivityKind.Full)] = new(78.8),
        [("imagenet", "101,4,32", ConnectivityKind.Learned)] = new(79.5),
        [("imagenet", "101,4,64", ConnectivityKind.Full)] = new(79.6),
        [("imagenet", "101,4,64", ConnectivityKind.Learned)] = new(79.8),
    };

    /// <summary>The figure for a dataset and a network; null where the paper has none (it learns with K = C/2 only).</summary>
    public static PaperResult? Of(string dataset, NetworkSize network, ConnectivityRule rule) =>
        rule.Kind == ConnectivityKind.Learned && rule.FanIn != network.Cardinality / 2
            ? null
            : Reported.GetValueOrDefault((dataset, network.ToString(), rule.Kind));
}
