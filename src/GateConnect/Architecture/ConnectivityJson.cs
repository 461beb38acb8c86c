// The JSON form of a wiring, which connectivity.json and the header of model files carry:
// {"modules":[{"module":1,"sources":8,"reads":[[0,2,5,7], ...]}, ...]}
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GateConnect.Architecture;

/// <summary>Reads and writes <see cref="Connectivity"/> as JSON.</summary>
public static class ConnectivityJson
{
    /// <summary>The wiring as one line of JSON, the same text for equal wirings.</summary>
    public static string Write(Connectivity connectivity)
    {
        ArgumentNullException.ThrowIfNull(connectivity);
        var modules = connectivity.Modules.Select(module => new ModuleEntry(
            module.Module, module.Sources, [.. module.Reads.Select(row => row.ToArray())]));
        return JsonSerializer.Serialize(new ConnectivityEntry([.. modules]), ConnectivityJsonContext.Default.ConnectivityEntry);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">The text is no JSON of this form, or the wiring in it is invalid.</exception>
    public static Connectivity Read(string json)
    {
        try
        {
            var entry = JsonSerializer.Deserialize(json, ConnectivityJsonContext.Default.ConnectivityEntry)
                ?? throw new FormatException("connectivity: found null, expected an object");
            return new Connectivity([.. entry.Modules.Select(ToModule)]);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new FormatException($"connectivity: {exception.Message}", exception);
        }
    }

    private static ModuleConnectivity ToModule(ModuleEntry entry) =>
        new(entry.Module, entry.Sources, [.. entry.Reads.Select(row => row is null ? default : ImmutableArray.Create(row))]);
}

internal sealed record ConnectivityEntry(ModuleEntry[] Modules);

internal sealed record ModuleEntry(int Module, int Sources, int[][] Reads);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ConnectivityEntry))]
internal sealed partial class ConnectivityJsonContext : JsonSerializerContext;
