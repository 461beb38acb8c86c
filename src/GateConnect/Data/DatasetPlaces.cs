// Where datasets are looked for and put, read from the environment once and passed on as a value, so that everything
// below is a function of its arguments.
namespace GateConnect.Data;

/// <summary>The folders in which datasets are looked for.</summary>
/// <param name="CacheFolder">Where fetched datasets lie, one sub-folder each; need not exist yet.</param>
public sealed record DatasetPlaces(string CacheFolder)
{
    /// <summary>The environment variable that names the user's own folder of datasets.</summary>
    public const string DataVariable = "GATECONNECT_DATA";

    /// <summary>The user's own folder: holds a sub-folder per dataset, or the files of one; null if not set.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Put before the folders of system packages; "" for the machine itself, another folder in tests.</summary>
    public string SystemRoot { get; init; } = "";

    /// <summary>
    /// The places of this user: <c>GATECONNECT_DATA</c>, and <c>gateconnect/datasets</c> under
    /// <c>XDG_CACHE_HOME</c> (when absolute, as its specification asks) or else <c>~/.cache</c>.
    /// </summary>
    public static DatasetPlaces FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <summary>The same as <see cref="FromEnvironment"/>, with the variables given by a function.</summary>
    /// <param name="variable">Gives the value of an environment variable, or null.</param>
    public static DatasetPlaces From(Func<string, string?> variable)
    {
        var data = variable(DataVariable);
        return new DatasetPlaces(Path.Combine(CacheHome(variable), "gateconnect", "datasets"))
        {
            DataFolder = string.IsNullOrWhiteSpace(data) ? null : Path.GetFullPath(data),
        };
    }

    /// <summary>The folder in the cache that holds <paramref name="entry"/> once it has been fetched.</summary>
    public string CacheOf(DatasetEntry entry) => Path.Combine(CacheFolder, entry.Name);

    private static string CacheHome(Func<string, string?> variable)
    {
        var cache = variable("XDG_CACHE_HOME");
        if (!string.IsNullOrEmpty(cache) && Path.IsPathRooted(cache))
        {
            return cache;
        }
        var home = variable("HOME");
        if (string.IsNullOrEmpty(home))
        {
            home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        }
        // A service account may have no home; its cache is then per user in the temporary folder.
        return string.IsNullOrEmpty(home)
            ? Path.Combine(Path.GetTempPath(), $"cache-{Environment.UserName}")
            : Path.Combine(home, ".cache");
    }
}
