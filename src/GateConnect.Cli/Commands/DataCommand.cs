// gateconnect data: where datasets are, getting them, checking them.
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using GateConnect.Data;
using GateConnect.Runtime;

namespace GateConnect.Cli.Commands;

/// <summary>Lists, fetches and verifies datasets.</summary>
internal static class DataCommand
{
    /// <summary>The command with its three sub-commands.</summary>
    public static Command Build(CommandContext context, HelpPages pages)
    {
        var command = new Command("data", "Where datasets are, getting them, checking them.")
        {
            List(context, pages), Fetch(context, pages), Verify(context, pages),
        };
        pages.Describe(command, new HelpPage([], ["gateconnect data list", "gateconnect data fetch cifar10", "gateconnect data verify fashion-mnist"]));
        command.SetAction(pages.Invoke);
        return command;
    }

    private static Command List(CommandContext context, HelpPages pages)
    {
        var json = RunOptions.JsonOption();
        var command = new Command("list", "Lists the published datasets and where they are on this machine.");
        pages.Describe(command, new HelpPage([new OptionGroup("Output", [json])], ["gateconnect data list", "gateconnect data list --json"]));
        command.SetAction(parsed =>
        {
            var rows = DatasetStatus.List(DatasetPlaces.FromEnvironment());
            if (parsed.GetValue(json))
            {
                JsonText.Write(context.Terminal.Output, new JsonObject { ["datasets"] = new JsonArray([.. rows.Select(Row)]) });
                return ExitCode.Done;
            }
            foreach (var row in rows)
            {
                var place = row.Location?.Path ?? $"not here: gateconnect data fetch {row.Name} ({row.DownloadBytes / 1e6:0} MB)";
                context.Terminal.Output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{row.Name,-14} {row.Images,6} images  {row.Entry.Shape,-8} {row.Classes,3} classes  {place}"));
            }
            context.Terminal.Output.WriteLine($"{"folder",-14} your own images: --dataset folder --data PATH, one sub-folder per class");
            context.Terminal.Output.WriteLine($"{"shapes",-14} made from the seed, for trying things without any file");
            return ExitCode.Done;
        });
        return command;
    }

    private static JsonNode Row(DatasetStatus row) => new JsonObject
    {
        ["name"] = row.Name,
        ["images"] = row.Images,
        ["classes"] = row.Classes,
        ["path"] = row.Location?.Path,
        ["downloadBytes"] = row.DownloadBytes,
    };

    private static Command Fetch(CommandContext context, HelpPages pages)
    {
        var name = NameArgument();
        var json = RunOptions.JsonOption();
        var command = new Command(
            "fetch",
            "Brings a dataset into the user cache: by the system's package manager where it has it, "
            + "else by the official download, checked and resumable.")
        {
            name,
        };
        pages.Describe(command, new HelpPage(
            [new OptionGroup("Output", [json])],
            ["gateconnect data fetch fashion-mnist", "gateconnect data fetch cifar10 --json"]));
        command.SetAction(parsed =>
        {
            var voice = context.Terminal.Voice(parsed.GetValue(json));
            var entry = EntryOf(parsed.GetRequiredValue(name));
            var fetched = new DatasetFetcher(DatasetPlaces.FromEnvironment())
                .FetchAsync(entry, new DataProgress(voice).Fetch, context.Interruption.Token).GetAwaiter().GetResult();
            foreach (var note in fetched.Notes)
            {
                voice.Say(note);
            }
            voice.Say($"{entry.Title} {(fetched.Means == FetchMeans.AlreadyThere ? "was there already" : "is here now")}: {fetched.Location.Path}");
            if (parsed.GetValue(json))
            {
                JsonText.Write(context.Terminal.Output, new JsonObject
                {
                    ["name"] = entry.Name,
                    ["path"] = fetched.Location.Path,
                    ["fetched"] = fetched.Means != FetchMeans.AlreadyThere,
                });
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Verify(CommandContext context, HelpPages pages)
    {
        var name = NameArgument();
        var json = RunOptions.JsonOption();
        var data = new Option<string?>("--data") { HelpName = "PATH", Description = "Folder or archive to check. Default where train would find it." };
        var command = new Command(
            "verify",
            "Checks a dataset's files against the official checksums; files that are readable but not the official ones are noted, not refused.")
        {
            name,
        };
        pages.Describe(command, new HelpPage(
            [new OptionGroup("Input", [data]), new OptionGroup("Output", [json])],
            ["gateconnect data verify fashion-mnist", "gateconnect data verify cifar10 --data cifar-10-binary.tar.gz"]));
        command.SetAction(parsed =>
        {
            var entry = EntryOf(parsed.GetRequiredValue(name));
            var location = new DatasetLocator(DatasetPlaces.FromEnvironment()).Locate(entry, parsed.GetValue(data)).Require();
            var verification = DatasetVerifier.Verify(entry, location.Path, context.Interruption.Token);
            Say(context.Terminal.Voice(parsed.GetValue(json)), verification);
            if (parsed.GetValue(json))
            {
                JsonText.Write(context.Terminal.Output, Document(verification));
            }
            return verification.IsUsable
                ? ExitCode.Done
                : throw new DataException($"{verification.Path}: {entry.Title} is damaged; delete the files named above and fetch it anew");
        });
        return command;
    }

    private static void Say(Voice voice, DatasetVerification verification)
    {
        foreach (var file in verification.Files)
        {
            var note = file.Note.Length > 0 ? $"  ({file.Note})" : "";
            voice.Say($"{file.State.ToString().ToLowerInvariant(),-9} {file.Name}{note}");
        }
        voice.Say($"{verification.Path}: {(verification.IsOfficial ? "the official data" : verification.IsUsable ? "usable" : "not usable")}");
    }

    private static JsonObject Document(DatasetVerification verification) => new()
    {
        ["name"] = verification.Entry.Name,
        ["path"] = verification.Path,
        ["usable"] = verification.IsUsable,
        ["official"] = verification.IsOfficial,
        ["files"] = new JsonArray([.. verification.Files.Select(file => new JsonObject
        {
            ["name"] = file.Name,
            ["state"] = file.State.ToString().ToLowerInvariant(),
            ["sha256"] = file.Sha256,
            ["note"] = file.Note,
        })]),
    };

    private static Argument<string> NameArgument() => new("NAME")
    {
        Description = $"One of {string.Join(", ", DatasetCatalog.Entries.Select(entry => entry.Name))}.",
    };

    private static DatasetEntry EntryOf(string name) =>
        DatasetCatalog.Find(DatasetKinds.Parse(name))
        ?? throw new ConfigurationException(
            $"{name}: is not published, so there is nothing to fetch or verify; "
            + $"expected one of {string.Join(", ", DatasetCatalog.Entries.Select(entry => entry.Name))}");
}
