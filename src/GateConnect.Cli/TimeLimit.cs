// How long a command may take, as users write it.
using System.Globalization;
using GateConnect.Runtime;

namespace GateConnect.Cli;

/// <summary>Reads times such as <c>90m</c>.</summary>
internal static class TimeLimit
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40); // what a timer takes

    /// <summary>Seconds, minutes or hours: <c>45s</c>, <c>90m</c>, <c>2h</c>, <c>1.5h</c>.</summary>
    /// <exception cref="ConfigurationException">It is no such time, or not above 0 and at most 40 days.</exception>
    public static TimeSpan Parse(string option, string text)
    {
        double? unit = text.Length < 2 ? null : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => null };
        if (unit is { } seconds && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number > 0 && number * seconds <= Longest.TotalSeconds)
        {
            return TimeSpan.FromSeconds(number * seconds);
        }
        throw new ConfigurationException($"{option}: '{text}' is no time; write 45s, 90m or 2h, at most 40 days");
    }
}
