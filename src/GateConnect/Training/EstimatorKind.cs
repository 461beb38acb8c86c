// The rules by which gates are learned, and the one spelling each has on the command line, in run.json and in tables: the
// paper's, ours, and their rivals (question 4).
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GateConnect.Training;

/// <summary>The rule by which gates are learned.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EstimatorKind>))]
public enum EstimatorKind
{
    /// <summary>K distinct branches drawn per block and batch; the gradient of the binary gates moves the real ones.</summary>
    [JsonStringEnumMemberName("paper")]
    Paper,

    /// <summary>Gates sigmoid((a - t)/T) that sum to K, T falling until they are binary.</summary>
    [JsonStringEnumMemberName("relaxed")]
    Relaxed,

    /// <summary>All gates open at first; one after another is closed for good, by gradients summed over batches, until K are left.</summary>
    [JsonStringEnumMemberName("gradual")]
    Gradual,

    /// <summary>Every gate drawn by itself, K open on average; the gradient goes straight through to its chance.</summary>
    [JsonStringEnumMemberName("sigmoid")]
    Sigmoid,

    /// <summary>The K largest of scores with Gumbel noise; the gradient goes through relaxed gates whose temperature falls.</summary>
    [JsonStringEnumMemberName("gumbel")]
    Gumbel,

    /// <summary>Hard concrete gates, K open on average (L0 regularisation).</summary>
    [JsonStringEnumMemberName("hard-concrete")]
    HardConcrete,

    /// <summary>A policy over wirings, moved by the loss of the batch that trained under its draw.</summary>
    [JsonStringEnumMemberName("reinforce")]
    Reinforce,

    /// <summary>Weights trained under random wirings; then the best of random candidates.</summary>
    [JsonStringEnumMemberName("random-search")]
    RandomSearch,

    /// <summary>Weights trained under random wirings; then the best candidate that evolution found.</summary>
    [JsonStringEnumMemberName("evolution")]
    Evolution,

    /// <summary>Trained with all gates open; then every block keeps the K connections with the largest weights.</summary>
    [JsonStringEnumMemberName("magnitude-connections")]
    MagnitudeConnections,

    /// <summary>Trained with all gates open; then every module keeps the K blocks with the largest weights.</summary>
    [JsonStringEnumMemberName("magnitude-blocks")]
    MagnitudeBlocks,
}

/// <summary>The text names of <see cref="EstimatorKind"/>.</summary>
public static class EstimatorKinds
{
    /// <summary>The name of <paramref name="kind"/>, such as <c>random-search</c>.</summary>
    public static string Text(this EstimatorKind kind) => JsonSerializer.Serialize(kind).Trim('"');

    /// <summary>Whether it is a rule of this software, which tables hold against the designed wirings; the others are the paper's and rivals.</summary>
    internal static bool IsOurs(this EstimatorKind kind) => kind is EstimatorKind.Relaxed or EstimatorKind.Gradual;

    /// <summary>Whether the wiring is chosen at the end of phase 1 only: until then its top-K says nothing.</summary>
    internal static bool ChoosesAtTheEnd(this EstimatorKind kind) =>
        kind is EstimatorKind.RandomSearch or EstimatorKind.Evolution or EstimatorKind.MagnitudeConnections or EstimatorKind.MagnitudeBlocks;
}
