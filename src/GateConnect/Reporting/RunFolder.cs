// The folder of one run (DESIGN, "Run folder"): where each file is, and who may write. Nothing else in the library
// spells these names.
using System.Globalization;
using System.Text;
using GateConnect.Architecture;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Reporting;

/// <summary>The paths of a run's files. A value: it opens and holds nothing.</summary>
public sealed record RunFolder
{
    // The pictures that summary.md, which lies beside them, shows.
    internal const string PictureName = "connectivity.svg", CurvesName = "curves.svg";

    private RunFolder(string path) => Path = path;

    /// <summary>The folder, as the user named it.</summary>
    public string Path { get; }

    /// <summary><c>run.json</c>: recipe, versions, machine, dataset and results (<see cref="RunRecord"/>).</summary>
    public string RecordPath => In("run.json");

    /// <summary><c>metrics.jsonl</c>: one line per epoch (<see cref="MetricsLog"/>).</summary>
    public string MetricsPath => In("metrics.jsonl");

    /// <summary><c>timing.jsonl</c>: one line per epoch (<see cref="TimingLog"/>).</summary>
    public string TimingPath => In("timing.jsonl");

    /// <summary><c>connectivity.json</c>: the wiring and the gates of every epoch (<see cref="GateDiary"/>).</summary>
    public string ConnectivityPath => In("connectivity.json");

    /// <summary><c>evaluation.json</c>: confusion matrix and the most confident mistakes (<see cref="EvaluationRecord"/>).</summary>
    public string EvaluationPath => In("evaluation.json");

    /// <summary><c>model.safetensors</c>: the pruned network, which every command reads.</summary>
    public string ModelPath => In("model.safetensors");

    /// <summary><c>unpruned.safetensors</c>: the same before pruning.</summary>
    public string UnprunedModelPath => In("unpruned.safetensors");

    /// <summary><c>checkpoint</c>: the folder of everything needed to go on bit for bit.</summary>
    public string CheckpointPath => In("checkpoint");

    /// <summary><c>summary.md</c>: the run in words and tables (<see cref="SummaryReport"/>).</summary>
    public string SummaryPath => In("summary.md");

    /// <summary><c>connectivity.svg</c>: the wiring as a picture (<see cref="ConnectivityPicture"/>).</summary>
    public string PicturePath => In(PictureName);

    /// <summary><c>connectivity.png</c>: the same as pixels.</summary>
    public string PicturePngPath => In("connectivity.png");

    /// <summary><c>connectivity.dot</c>: the same for graph tools (<see cref="ConnectivityDot"/>).</summary>
    public string DotPath => In("connectivity.dot");

    /// <summary><c>report.html</c>: the run as one page for a browser.</summary>
    public string ReportPath => In("report.html");

    /// <summary><c>curves.svg</c>: loss and accuracy over epochs (<see cref="CurvesPicture"/>).</summary>
    public string CurvesPath => In(CurvesName);

    /// <summary><c>curves.png</c>: the same as pixels.</summary>
    public string CurvesPngPath => In("curves.png");

    /// <summary><c>tensorboard</c>: the folder of event files (<see cref="TensorBoardLog"/>).</summary>
    public string TensorBoardPath => In("tensorboard");

    /// <summary><c>.lock</c>: held by the process that writes to the run.</summary>
    public string LockPath => In(".lock");

    /// <summary><c>.owner</c>: who holds, or last held, the lock.</summary>
    public string OwnerPath => In(".owner");

    /// <summary>What is published of a run: text and a picture of each kind; a repository has no room for weights.</summary>
    internal IReadOnlyList<string> PublishedPaths =>
        [RecordPath, MetricsPath, TimingPath, ConnectivityPath, EvaluationPath, PicturePath, CurvesPath, SummaryPath];

    /// <summary>Makes the folder, parents included, unless it is there.</summary>
    /// <exception cref="OutputException">It cannot be made.</exception>
    public static RunFolder Create(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            DurableFolder.Create(path);
            return new RunFolder(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"{path}: the run folder cannot be made: {failure.Message}", failure);
        }
    }

    /// <summary>The folder of a run that was started before; its <c>run.json</c> may be named as well.</summary>
    /// <exception cref="DataException">There is no such folder, or it holds no run.</exception>
    public static RunFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (File.Exists(path) && System.IO.Path.GetFileName(path) == "run.json")
        {
            return new RunFolder(System.IO.Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".");
        }
        if (!Directory.Exists(path))
        {
            throw new DataException(File.Exists(path)
                ? $"{path}: a file, expected a run folder, which holds a run.json"
                : $"{path}: no such run folder; 'gateconnect train' makes one under runs/");
        }
        var folder = new RunFolder(path);
        return File.Exists(folder.RecordPath)
            ? folder
            : throw new DataException($"{path}: holds no run.json, so it is no run folder; 'gateconnect train' makes one");
    }

    /// <summary>Whether a run was started in this folder.</summary>
    public static bool HoldsRun(string path) => File.Exists(System.IO.Path.Combine(path, "run.json"));

    /// <summary>Claims the folder for this process until the result is disposed or the process ends, however it ends.</summary>
    /// <exception cref="RunInUseException">Another process (or this one) has claimed it.</exception>
    /// <exception cref="OutputException">The lock file cannot be made.</exception>
    public RunLock Lock() => RunLock.Take(this);

    /// <summary>
    /// A free path for a run: <c>runs/fashion-mnist-20,4,8-learned4-seed1</c>, with <c>-2</c>, <c>-3</c>, ... where taken.
    /// </summary>
    /// <param name="recipe">The run.</param>
    /// <param name="parent">The folder of runs.</param>
    public static string DefaultName(Recipe recipe, string parent = "runs")
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"{Plain(recipe.Data.Dataset)}-{NetworkSize.Parse(recipe.Network)}-{recipe.Rule.Text(between: "")}-seed{recipe.Seed}");
        var path = System.IO.Path.Combine(parent, name);
        for (var number = 2; System.IO.Path.Exists(path); number++)
        {
            path = System.IO.Path.Combine(parent, string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"));
        }
        return path;
    }

    private static string Plain(string name)
    {
        var plain = new StringBuilder(name.Length);
        foreach (var letter in name)
        {
            plain.Append(char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '-');
        }
        return plain.ToString();
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
