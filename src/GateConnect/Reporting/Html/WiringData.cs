// The gates of a run for the script that draws them: layout, and one frame per epoch. A frame has two bytes for every possible
// connection, module by module, reader by reader: the real gate in 15 bits, and whether it is open in the highest. Long diaries
// of large networks are thinned, so that a page stays small enough to be sent around.
using System.Buffers.Binary;
using System.Text.Json.Nodes;
using GateConnect.Architecture;
using GateConnect.Training;

namespace GateConnect.Reporting.Html;

/// <summary>Writes the data island of the picture.</summary>
internal static class WiringData
{
    /// <summary>No page has more bytes of gates than these.</summary>
    public const int MostBytes = 3 << 20;

    private const int MostEdges = 4000, FullScale = 0x7fff, Open = 0x8000;

    /// <summary>Layout and frames; null where there is no wiring.</summary>
    public static JsonObject? Of(ReportContent content)
    {
        if (content.Wiring is not { Modules.Length: > 0 } wiring)
        {
            return null;
        }
        var layout = new PictureLayout(content.Blueprint);
        return new JsonObject
        {
            ["layout"] = Layout(layout),
            ["modules"] = new JsonArray([.. content.Blueprint.Modules.Select((module, index) => Module(content.Blueprint, module, index))]),
            ["stem"] = $"{Invariant.Text(content.Blueprint.Stem.Channels)} ch",
            ["head"] = $"{Invariant.Text(content.Blueprint.Classes)} cls",
            ["mostEdges"] = MostEdges,
            ["learned"] = content.Diary!.Epochs.Length > 0,
            ["gatesFixedAfter"] = content.GatesFixedAfter,
            ["frames"] = Frames(content, wiring),
        };
    }

    private static JsonObject Layout(PictureLayout layout) => new()
    {
        ["width"] = layout.Width,
        ["top"] = PictureLayout.Top,
        ["columnHeight"] = layout.ColumnHeight,
        ["pitch"] = layout.Pitch,
        ["radius"] = layout.Radius,
        ["stemX"] = layout.StemX,
        ["headX"] = layout.HeadX,
        ["moduleX"] = new JsonArray([.. layout.ModuleX.Select(x => JsonValue.Create(Math.Round(x, 2)))]),
    };

    private static JsonObject Module(NetworkBlueprint blueprint, ModuleBlueprint module, int index)
    {
        var (height, width) = blueprint.OutputOf(index);
        return new JsonObject
        {
            ["stage"] = module.Stage,
            ["blocks"] = module.Blocks,
            ["shape"] = $"{Invariant.Text(module.OutputChannels)} ch, {Invariant.Text(height)}×{Invariant.Text(width)}",
        };
    }

    private static JsonArray Frames(ReportContent content, Connectivity wiring)
    {
        var entries = content.Diary!.Epochs;
        if (entries.Length == 0)
        {
            return [Frame(epoch: null, Pack(wiring, gates: null))];
        }
        var (frames, before) = (new JsonArray(), Array.Empty<byte>());
        foreach (var entry in Thinned(entries, Pack(entries[0].TopK, entries[0].RealGates).Length))
        {
            var packed = Pack(entry.TopK, entry.RealGates);
            frames.Add(Frame(entry.Epoch, packed.AsSpan().SequenceEqual(before) ? null : packed));
            before = packed;
        }
        return frames;
    }

    // Null stands for the gates of the frame before.
    private static JsonObject Frame(int? epoch, byte[]? packed) =>
        new() { ["epoch"] = epoch, ["gates"] = packed is null ? null : Convert.ToBase64String(packed) };

    // The first and the last stay, and others at equal distances.
    private static IEnumerable<GateSnapshot> Thinned(IReadOnlyList<GateSnapshot> entries, int bytes)
    {
        var most = Math.Clamp(MostBytes / Math.Max(1, bytes * 4 / 3), 2, 200);
        return entries.Count <= most
            ? entries
            : Enumerable.Range(0, most).Select(index => entries[(int)((long)index * (entries.Count - 1) / (most - 1))]);
    }

    private static byte[] Pack(Connectivity wiring, IReadOnlyList<float[,]>? gates)
    {
        var packed = new byte[wiring.Modules.Sum(module => 2 * module.Readers * module.Sources)];
        var place = 0;
        foreach (var module in wiring.Modules)
        {
            var matrix = gates?[module.Module - 1];
            for (var reader = 0; reader < module.Readers; reader++)
            {
                var open = module.Reads[reader].ToHashSet();
                for (var source = 0; source < module.Sources; source++, place += 2)
                {
                    var gate = (int)MathF.Round(Math.Clamp(matrix?[reader, source] ?? (open.Contains(source) ? 1f : 0f), 0f, 1f) * FullScale);
                    BinaryPrimitives.WriteUInt16LittleEndian(packed.AsSpan(place), (ushort)(gate | (open.Contains(source) ? Open : 0)));
                }
            }
        }
        return packed;
    }
}
