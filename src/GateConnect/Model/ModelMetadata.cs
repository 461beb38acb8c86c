// The header of a model as the string map of a safetensors file, and back. docs/file-formats.md states every key.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Runtime;

namespace GateConnect.Model;

internal static class ModelMetadata
{
    internal const string Fingerprint = "sha256";
    internal const string Format = "gateconnect";
    private const string Version = "1";

    /// <summary>Every key but the fingerprint.</summary>
    internal static SortedDictionary<string, string> Write(ModelHeader header)
    {
        var blueprint = header.Blueprint;
        var image = new ImageEntry(blueprint.Image.Channels, blueprint.Image.Height, blueprint.Image.Width);
        var blocks = blueprint.Modules.Select(module => module.Blocks).ToArray();
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["formatVersion"] = Version,
            ["form"] = header.Form == NetworkForm.Branches ? "branches" : "resnext",
            ["blueprint"] = JsonSerializer.Serialize(
                new BlueprintEntry(blueprint.Size.ToString(), image, blueprint.Classes, blocks), ModelMetadataContext.Default.BlueprintEntry),
            ["fanIn"] = header.FanIn.ToString(CultureInfo.InvariantCulture),
            ["lastNormAffine"] = header.Affine == LastNormAffine.Shared ? "shared" : "per-branch",
            ["normalization"] = JsonSerializer.Serialize(
                new NormalizationEntry([.. header.Normalization.Mean], [.. header.Normalization.Std]), ModelMetadataContext.Default.NormalizationEntry),
            ["classNames"] = JsonSerializer.Serialize([.. header.ClassNames], ModelMetadataContext.Default.StringArray),
            ["dataset"] = header.Dataset,
        };
        if (header.Connectivity is { } connectivity)
        {
            metadata["connectivity"] = ConnectivityJson.Write(connectivity);
        }
        return metadata;
    }

    /// <summary>Refuses what is no model of this software, or of a version that it does not know.</summary>
    /// <exception cref="ModelFileException">The format or version is another.</exception>
    internal static void CheckVersion(string path, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.GetValueOrDefault("format") != Format)
        {
            throw new ModelFileException($"{path}: is no model of GateConnect; expected __metadata__.format = '{Format}'");
        }
        var version = Text(path, metadata, "formatVersion");
        if (version != Version)
        {
            throw new ModelFileException(
                $"{path}: has format version '{UntrustedText.Printable(version)}'; "
                + $"this version of GateConnect reads version {Version}, use the one that wrote it");
        }
    }

    /// <summary>The header in a map whose version was checked.</summary>
    /// <exception cref="ModelFileException">A key is missing, or its value is invalid or does not fit the others.</exception>
    internal static ModelHeader Read(string path, IReadOnlyDictionary<string, string> metadata)
    {
        var normalization = Json(path, metadata, "normalization", ModelMetadataContext.Default.NormalizationEntry);
        var header = new ModelHeader(
            Choice(path, metadata, "form", ("branches", NetworkForm.Branches), ("resnext", NetworkForm.ResNeXt)),
            Valid(path, "blueprint", () => Blueprint(Json(path, metadata, "blueprint", ModelMetadataContext.Default.BlueprintEntry))),
            Valid(path, "fanIn", () => int.Parse(Text(path, metadata, "fanIn"), NumberStyles.None, CultureInfo.InvariantCulture)),
            Choice(path, metadata, "lastNormAffine", ("shared", LastNormAffine.Shared), ("per-branch", LastNormAffine.PerBranch)),
            metadata.TryGetValue("connectivity", out var wiring) ? Valid(path, "connectivity", () => ConnectivityJson.Read(wiring)) : null,
            Valid(path, "normalization", () => new Normalization(normalization.Mean, normalization.Std)),
            Json(path, metadata, "classNames", ModelMetadataContext.Default.StringArray),
            Text(path, metadata, "dataset"));
        if (header.ClassNames.Any(name => name is null))
        {
            throw Invalid(path, "classNames", "a class without a name");
        }
        return header.Mistake() is { } mistake
            ? throw new ModelFileException($"{path}: the header describes {mistake}; the file is damaged")
            : header;
    }

    internal static string Text(string path, IReadOnlyDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out var value)
            ? value
            : throw new ModelFileException($"{path}: __metadata__.{key} is missing; expected in every model of GateConnect");

    private static NetworkBlueprint Blueprint(BlueprintEntry entry) => NetworkBlueprint
        .Create(NetworkSize.Parse(entry.Size), new ImageShape(entry.Image.Channels, entry.Image.Height, entry.Image.Width), entry.Classes)
        .WithBlocks(entry.Blocks);

    private static T Json<T>(string path, IReadOnlyDictionary<string, string> metadata, string key, JsonTypeInfo<T> type)
        where T : class =>
        Valid(path, key, () => JsonSerializer.Deserialize(Text(path, metadata, key), type)) ?? throw Invalid(path, key, "null");

    private static T Choice<T>(string path, IReadOnlyDictionary<string, string> metadata, string key, params (string Name, T Value)[] choices)
    {
        var text = Text(path, metadata, key);
        var found = Array.FindIndex(choices, choice => choice.Name == text);
        return found >= 0
            ? choices[found].Value
            : throw Invalid(path, key, $"'{UntrustedText.Printable(text)}', expected {string.Join(" or ", choices.Select(choice => choice.Name))}");
    }

    private static T Valid<T>(string path, string key, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception mistake) when (mistake
            is JsonException or FormatException or OverflowException or ArgumentException or ConfigurationException)
        {
            throw Invalid(path, key, UntrustedText.Printable(mistake.Message), mistake);
        }
    }

    private static ModelFileException Invalid(string path, string key, string what, Exception? inner = null) =>
        new($"{path}: __metadata__.{key} is invalid: {what}", inner);
}

internal sealed record BlueprintEntry(string Size, ImageEntry Image, int Classes, int[] Blocks);

internal sealed record ImageEntry(int Channels, int Height, int Width);

internal sealed record NormalizationEntry(float[] Mean, float[] Std);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(BlueprintEntry))]
[JsonSerializable(typeof(NormalizationEntry))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ModelMetadataContext : JsonSerializerContext;
