// Texts that were looked at once and must not change unseen: tests/GateConnect.Tests/Golden. UPDATE_GOLDEN=1 rewrites
// them, and the diff is the review.
using System.Globalization;

namespace GateConnect.Tests.Testing;

internal static class Golden
{
    private static readonly string Folder = Path.Combine(Root(), "tests", "GateConnect.Tests", "Golden");

    /// <summary>The text is the same under a culture with decimal commas, and equals the golden file.</summary>
    public static void Check(string name, Func<string> write)
    {
        var text = write();
        Assert.Equal(text, Under("de-DE", write));
        Assert.Equal(text, Under("sv-SE", write));
        var path = Path.Combine(Folder, name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, text);
        }
        Assert.True(File.Exists(path), $"{path} is missing; UPDATE_GOLDEN=1 writes it");
        Assert.Equal(File.ReadAllText(path), text);
    }

    private static string Under(string culture, Func<string> write)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            return write();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "GateConnect.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the tests run outside the repository");
        }
        return folder;
    }
}
