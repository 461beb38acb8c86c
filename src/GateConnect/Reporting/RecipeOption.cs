// One option of a recipe: its path, its type in words, and how text from a command line becomes a value of it.
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace GateConnect.Reporting;

internal sealed record RecipeOption(string Path, Type Type, bool Nullable, IReadOnlyList<string> Names)
{
    public static RecipeOption Of(string path, JsonPropertyInfo property)
    {
        var inner = System.Nullable.GetUnderlyingType(property.PropertyType);
        var type = inner ?? property.PropertyType;
        return new RecipeOption(path, type, inner is not null || (!type.IsValueType && property.IsSetNullable), NamesOf(type));
    }

    /// <summary>What a value must be: "a whole number", "one of paper, relaxed".</summary>
    public string Expectation => Kind + (Nullable ? ", or null" : "");

    /// <summary>The mistake in a JSON value, in one line that starts with the path, or null where it fits.</summary>
    public string? Mistake(JsonNode? value)
    {
        var valid = value is null ? Nullable : value.GetValueKind() switch
        {
            JsonValueKind.String when Names.Count > 0 => Names.Contains(value.GetValue<string>()),
            JsonValueKind.String => Type == typeof(string),
            JsonValueKind.True or JsonValueKind.False => Type == typeof(bool),
            JsonValueKind.Number => Names.Count == 0 && Type != typeof(string) && Number(value.ToJsonString()) is not null,
            _ => false,
        };
        return valid ? null : $"{Path}: expected {Expectation}, found {value?.ToJsonString() ?? "null"}";
    }

    /// <summary>Reads a value as a command line gives it, without quotes.</summary>
    /// <returns>False where the text is no value of this type.</returns>
    public bool TryParse(string text, out JsonNode? value)
    {
        value = null;
        if (Nullable && text == "null")
        {
            return true;
        }
        value = Type == typeof(bool) ? (bool.TryParse(text, out var flag) ? JsonValue.Create(flag) : null)
            : Names.Count > 0 ? Names.FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase))
            : Type == typeof(string) ? (JsonNode?)text
            : Number(text);
        return value is not null;
    }

    private JsonValue? Number(string text)
    {
        var culture = CultureInfo.InvariantCulture;
        return Type == typeof(int) && int.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var small) ? JsonValue.Create(small)
            : Type == typeof(long) && long.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var large) ? JsonValue.Create(large)
            : Type == typeof(ulong) && ulong.TryParse(text, NumberStyles.None, culture, out var natural) ? JsonValue.Create(natural)
            : Type == typeof(double) && double.TryParse(text, NumberStyles.Float, culture, out var real) && double.IsFinite(real)
                ? JsonValue.Create(real)
                : null;
    }

    private string Kind => Names.Count > 0 ? $"one of {string.Join(", ", Names)}"
        : Type == typeof(bool) ? "true or false"
        : Type == typeof(string) ? "text"
        : Type == typeof(double) ? "a number"
        : Type == typeof(ulong) ? "a whole number from 0 up"
        : "a whole number";

    private static string[] NamesOf(Type type) => !type.IsEnum ? [] :
    [
        .. type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? field.Name),
    ];
}
