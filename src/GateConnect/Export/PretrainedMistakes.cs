// What a file of pretrained weights lacks, has too much, or has in another shape: all of it at once and by name, from the
// header alone.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Export;

/// <summary>Holds headers against layouts.</summary>
internal static class PretrainedMistakes
{
    /// <summary>No more of a kind are listed; the rest is counted.</summary>
    internal const int MostListed = 20;

    /// <exception cref="ModelFileException">The tensors are not those of the layout; lists them.</exception>
    internal static void Require(string path, NetworkSize size, IReadOnlyList<PretrainedTensor> layout, SafetensorsHeader header)
    {
        var counters = PretrainedLayout.Counters(layout).ToHashSet(StringComparer.Ordinal);
        var present = header.Tensors.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        var known = layout.Select(tensor => tensor.Name).Concat(counters).ToHashSet(StringComparer.Ordinal);
        string[] missing =
        [
            .. layout.Where(tensor => !present.ContainsKey(tensor.Name))
                .Select(tensor => $"missing: {tensor.Name}, expected {Text(tensor.Shape)}"),
        ];
        string[] misshapen =
        [
            .. layout.Where(tensor => present.TryGetValue(tensor.Name, out var entry) && !Fits(entry, tensor))
                .Select(tensor => $"misshapen: {tensor.Name} is {Text(present[tensor.Name])}, expected {Text(tensor.Shape)}"),
            .. counters.Where(name => present.TryGetValue(name, out var entry) && entry.Shape is not ([] or [1]))
                .Select(name => $"misshapen: {name} is {Text(present[name])}, expected []"),
        ];
        string[] surplus =
        [
            .. header.Tensors.Where(entry => !known.Contains(entry.Name))
                .Select(entry => $"surplus: {UntrustedText.Printable(entry.Name)} {Text(entry)}"),
        ];
        var count = missing.Length + misshapen.Length + surplus.Length;
        if (count > 0)
        {
            string[] lines = [.. Listed(missing), .. Listed(misshapen), .. Listed(surplus)];
            throw new ModelFileException($"{path}: holds no ResNeXt {{{size}}} as torchvision and timm name it: " + (count == 1
                ? lines[0]
                : $"{missing.Length} missing, {misshapen.Length} misshapen, {surplus.Length} surplus"
                    + string.Concat(lines.Select(line => $"{Environment.NewLine}  {line}"))));
        }
    }

    private static string[] Listed(string[] lines) => lines.Length <= MostListed
        ? lines
        : [.. lines.Take(MostListed), $"{lines[0].Split(':')[0]}: {lines.Length - MostListed} more"];

    private static bool Fits(SafetensorsEntry entry, PretrainedTensor tensor) =>
        entry.Type != ScalarType.Int64 && entry.Shape.SequenceEqual(tensor.Shape);

    private static string Text(SafetensorsEntry entry) => Text(entry.Shape) + (entry.Type == ScalarType.Int64 ? " of whole numbers" : "");

    private static string Text(IReadOnlyList<long> shape) => $"[{string.Join(", ", shape)}]";
}
