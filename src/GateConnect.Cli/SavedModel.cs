// What evaluate, prune and inspect read: a run folder, or a model file by itself, with the images that go with it.
using System.CommandLine;
using GateConnect.Data;
using GateConnect.Experiments;
using GateConnect.Model;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Cli;

/// <summary>A model on disk and the run that made it, where there is one.</summary>
/// <param name="Path">The model file.</param>
/// <param name="Folder">The run folder, or null for a file by itself.</param>
/// <param name="Record">The run's record, or null.</param>
internal sealed record SavedModel(string Path, RunFolder? Folder, RunRecord? Record)
{
    /// <summary>The pruned model of a run folder, or the file named.</summary>
    public static SavedModel Pruned(string run) => Of(run, folder => folder.ModelPath);

    /// <summary>The model of a run folder before pruning, or the file named.</summary>
    public static SavedModel Unpruned(string run) => Of(run, folder => folder.UnprunedModelPath);

    /// <summary>The test images of the run, or of the dataset named by the options.</summary>
    /// <param name="header">Names dataset, image size and classes.</param>
    /// <param name="images">Where to look.</param>
    /// <param name="context">Hears of fetching, and cancels.</param>
    /// <param name="voice">Hears of fetching and reading.</param>
    /// <exception cref="DataException">The images are missing, damaged, or do not fit the model.</exception>
    public ImageDataset TestImages(ModelHeader header, ImageSource images, CommandContext context, Voice voice)
    {
        var (recipe, events) = (RecipeFor(header, images), Events(voice));
        var path = RunData.FindOrFetch(DatasetKinds.Parse(recipe.Data.Dataset), new RunRequest(recipe, ""), events, context.Interruption.Token);
        var test = RunData.ReadParts(recipe, path, events, context.Interruption.Token).Test;
        return Fitting(header, test, path ?? recipe.Data.Dataset);
    }

    /// <summary>The training and test images of the run, or of the dataset named by the options, as training had them.</summary>
    /// <inheritdoc cref="TestImages"/>
    public RunData AllImages(ModelHeader header, ImageSource images, CommandContext context, Voice voice)
    {
        var data = RunData.Read(new RunRequest(RecipeFor(header, images), ""), Events(voice), context.Interruption.Token);
        Fitting(header, data.Test, data.Source);
        return data;
    }

    private Recipe RecipeFor(ModelHeader header, ImageSource images)
    {
        var recipe = Record?.Recipe ?? new Recipe { Data = new DataRecipe { Dataset = header.Dataset } };
        return recipe with
        {
            Data = recipe.Data with
            {
                Dataset = images.Dataset ?? recipe.Data.Dataset,
                Path = images.Path ?? (images.Dataset is null || images.Dataset == recipe.Data.Dataset ? recipe.Data.Path : null),
                ImageSize = header.Blueprint.Image.Height,
            },
        };
    }

    private static RunEvents Events(Voice voice)
    {
        var progress = new DataProgress(voice);
        return new RunEvents { Note = voice.Say, Fetch = progress.Fetch, Load = progress.Load };
    }

    private static ImageDataset Fitting(ModelHeader header, ImageDataset test, string source) =>
        test.Shape == header.Blueprint.Image && test.ClassNames.Count == header.ClassNames.Count
            ? test
            : throw new DataException(
                $"{source}: {test.Shape} images of {test.ClassNames.Count} classes, "
                + $"but the model expects {header.Blueprint.Image} and {header.ClassNames.Count} classes");

    private static SavedModel Of(string run, Func<RunFolder, string> file)
    {
        if (File.Exists(run) && run.EndsWith(".safetensors", StringComparison.Ordinal))
        {
            return new SavedModel(run, null, null);
        }
        var folder = RunFolder.Open(run);
        var record = RunRecord.Read(folder.RecordPath);
        return File.Exists(file(folder))
            ? new SavedModel(file(folder), folder, record)
            : throw new ModelFileException($"{file(folder)}: not there yet; finish the run with: gateconnect train --resume {run}");
    }
}

/// <summary>Where the images of a model are looked for.</summary>
/// <param name="Dataset">A name, or null for the model's own dataset.</param>
/// <param name="Path">A folder or archive, or null for where the run had it, or the usual places.</param>
internal sealed record ImageSource(string? Dataset, string? Path);

/// <summary>The options that say which images a model is measured on.</summary>
internal sealed class ImageOptions
{
    private readonly Option<string?> dataset = new("--dataset")
    {
        HelpName = "NAME",
        Description = "Another dataset with the same classes. Default the run's.",
    };

    private readonly Option<string?> data = new("--data")
    {
        HelpName = "PATH",
        Description = "Where it is. Default where the run had it, else where train would look.",
    };

    private readonly Option<int?> threads = new("--threads") { HelpName = "N", Description = "Threads of libtorch. Default all cores." };

    /// <summary>All of them, for help.</summary>
    public OptionGroup Group => new("Images", [dataset, data, threads]);

    /// <summary>Loads libtorch with the threads asked for, and says where images are looked for.</summary>
    /// <exception cref="ConfigurationException">The dataset's name or the number of threads is wrong.</exception>
    public ImageSource Begin(ParseResult parsed)
    {
        var mistakes = new List<string>();
        if (parsed.GetValue(threads) is < 1 or > 1024)
        {
            mistakes.Add($"--threads: {parsed.GetValue(threads)} is outside 1 to 1024");
        }
        string? name = null;
        try
        {
            name = parsed.GetValue(dataset) is { } text ? DatasetKinds.Parse(text).Text() : null;
        }
        catch (ConfigurationException exception)
        {
            mistakes.AddRange(exception.Mistakes.Select(mistake => "--" + mistake));
        }
        if (mistakes.Count > 0)
        {
            throw new ConfigurationException(mistakes);
        }
        TorchRuntime.EnsureLoaded();
        TorchRuntime.SetThreads(parsed.GetValue(threads) ?? Environment.ProcessorCount);
        return new ImageSource(name, parsed.GetValue(data));
    }
}
