using System.Globalization;
using GateConnect.Cli;

namespace GateConnect.Tests.Cli;

public sealed class VoiceTests
{
    [Fact]
    public void Numbers_are_told_alike_in_every_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            using var lines = new StringWriter();
            var voice = new Voice(lines, Screen: null);
            voice.Say($"top-1 {71.02:0.00} %");
            voice.Fact("loss", $"{0.5}");
            Assert.Equal(["top-1 71.02 %", "loss       0.5"], lines.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
