// Every format that is read, each as a small well-formed file: datasets and images made on the spot, the files of a run as a
// tiny run leaves them.
using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Experiments;
using GateConnect.Export;
using GateConnect.Export.Format;
using GateConnect.Model;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;
using Google.Protobuf;
using SkiaSharp;
using TorchSharp;

namespace GateConnect.Soak.Fuzz;

/// <summary>Makes the targets in a folder, which stays the caller's.</summary>
internal static class FuzzTargets
{
    private static readonly string[] CifarNames =
        ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> In(string folder) =>
        [.. Idx(Path.Combine(folder, "idx")), .. Cifar(folder), .. Images(folder), .. RunFiles(Path.Combine(folder, "run"))];

    private static IEnumerable<FuzzTarget> Idx(string folder)
    {
        Directory.CreateDirectory(folder);
        var (images, labels) = (IdxImages(count: 12, side: 8), IdxLabels(count: 12));
        string[] names = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"];
        byte[][] files = [images, labels, Gzip(images), Gzip(labels)];
        for (var index = 0; index < names.Length; index++)
        {
            File.WriteAllBytes(Path.Combine(folder, names[index]), files[index]);
        }
        string[] formats = ["IDX images", "IDX labels", "IDX images, gzip", "IDX labels, gzip"];
        return formats.Select((format, index) => new FuzzTarget(format, Path.Combine(folder, names[index]), files[index], () =>
            Require(DatasetReader.Read(new DatasetRequest(DatasetKind.Mnist, folder, new Seeds(1))))));
    }

    private static IEnumerable<FuzzTarget> Cifar(string root)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, "cifar")).FullName;
        var archives = Directory.CreateDirectory(Path.Combine(root, "tar")).FullName;
        var records = CifarRecords(count: 2);
        foreach (var name in CifarNames)
        {
            File.WriteAllBytes(Path.Combine(folder, name), records);
        }
        var tar = Tar(records);
        yield return Target("CIFAR records", Path.Combine(folder, CifarNames[1]), records, () => Read(folder));
        yield return Target("CIFAR archive, tar", Path.Combine(archives, "cifar.tar"), tar, () => Read(Path.Combine(archives, "cifar.tar")));
        yield return Target("CIFAR archive, tar.gz", Path.Combine(archives, "cifar.tar.gz"), Gzip(tar), () => Read(Path.Combine(archives, "cifar.tar.gz")));

        static void Read(string path) => Require(DatasetReader.Read(new DatasetRequest(DatasetKind.Cifar10, path, new Seeds(1))));
    }

    private static IEnumerable<FuzzTarget> Images(string root)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, "images")).FullName;
        var decoder = new ImageDecoder(16, ImageColour.Colour, new DecodingBudget(64 << 20));
        foreach (var (format, bytes) in (IEnumerable<(string, byte[])>)
        [
            ("jpg", Encoded(SKEncodedImageFormat.Jpeg)), ("png", Encoded(SKEncodedImageFormat.Png)),
            ("webp", Encoded(SKEncodedImageFormat.Webp)), ("bmp", Bmp()), ("gif", Gif()),
        ])
        {
            var path = Path.Combine(folder, $"image.{format}");
            yield return Target($"image, {format}", path, bytes, () =>
            {
                if (decoder.Decode(path).Length != decoder.Shape.ByteCount)
                {
                    throw new InvalidOperationException("an image of another size");
                }
            });
        }
    }

    private static IEnumerable<FuzzTarget> RunFiles(string folder)
    {
        var recipe = new Recipe
        {
            Data = new DataRecipe { Dataset = "shapes", ImageSize = 8, TrainLimit = 32, Holdout = 0.25 },
            Network = "11,1,2",
            Training = new TrainingOptions { Epochs = 2, BatchSize = 8, WarmUpSteps = 2 },
            Threads = 1,
        };
        if (RunExecutor.Run(new RunRequest(recipe, folder), RunEvents.None, CancellationToken.None) is null)
        {
            throw new InvalidOperationException("the tiny run did not end");
        }
        var run = RunFolder.Open(folder);
        var checkpoint = Directory.GetFiles(run.CheckpointPath, "step-*").Order(StringComparer.Ordinal).Last();
        var plain = Path.Combine(folder, "plain.safetensors");
        File.Copy(run.ModelPath, plain);
        yield return Of("safetensors, no checksum", plain, () => SafetensorsFile.Read(plain).Dispose());
        yield return Of("model", run.ModelPath, () => ModelFile.Load(run.ModelPath).Dispose()) with { IsSealed = true };
        yield return Of("checkpoint", checkpoint, () => CheckpointStore.Open(checkpoint).Dispose()) with { IsSealed = true };
        yield return Of("run.json", run.RecordPath, () => RunRecord.Read(run.RecordPath));
        yield return Of("run.json as recipe", run.RecordPath, () => RecipeRules.Mistakes(RecipeFile.Read(run.RecordPath)));
        yield return Of("metrics.jsonl", run.MetricsPath, () => MetricsLog.Read(run.MetricsPath));
        yield return Of("connectivity.json", run.ConnectivityPath, () => GateDiary.Read(run.ConnectivityPath));
        yield return Of("evaluation.json", run.EvaluationPath, () =>
            EvaluationRecord.Read(run.EvaluationPath, RunRecord.Read(run.RecordPath).Dataset.ClassNames.Count));
        yield return Foreign(Path.Combine(folder, "foreign.safetensors"));
        foreach (var target in OnnxFiles(folder, run.ModelPath))
        {
            yield return target;
        }

        static FuzzTarget Of(string format, string path, Action read) => new(format, path, File.ReadAllBytes(path), read);
    }

    // Weights as other tools write them: no checksum, so a flipped bit may be another weight, which is then finite.
    private static FuzzTarget Foreign(string path)
    {
        using var scope = torch.NewDisposeScope();
        var options = new PretrainedOptions(new NetworkSize(11, 1, 2)) { ImageSize = 8 };
        var layout = PretrainedLayout.Of(NetworkBlueprint.Create(options.Size, new ImageShape(3, 8, 8), classes: 3));
        SafetensorsFile.Write(
            path, [.. layout.Select(tensor => (tensor.Name, torch.ones([.. tensor.Shape])))], new Dictionary<string, string> { ["format"] = "pt" });
        return new FuzzTarget("safetensors to import", path, File.ReadAllBytes(path), () =>
        {
            using var model = PretrainedResNeXt.Read(path, options);
            if (model.Network.parameters().Any(parameter => !parameter.isfinite().all().item<bool>()))
            {
                throw new InvalidOperationException("weights that are not finite");
            }
        });
    }

    // As it is, and as whoever knows how to seal one could forge it.
    private static IEnumerable<FuzzTarget> OnnxFiles(string folder, string modelPath)
    {
        var (whole, open, forged) = (Path.Combine(folder, "model.onnx"), Path.Combine(folder, "open.onnx"), Path.Combine(folder, "forged.onnx"));
        using var model = ModelFile.Load(modelPath);
        var file = OnnxExporter.Write(whole, model, new OnnxOptions());
        var proto = ModelProto.Parser.ParseFrom(file.Bytes);
        proto.MetadataProps.RemoveAt(proto.MetadataProps.Count - 1);
        yield return Target("ONNX", whole, file.Bytes, () => Run(whole)) with { IsSealed = true };
        yield return Target("ONNX, sealed anew", open, proto.ToByteArray(), () =>
        {
            try
            {
                File.WriteAllBytes(forged, OnnxFile.Sealed(ModelProto.Parser.ParseFrom(File.ReadAllBytes(open))));
            }
            catch (InvalidProtocolBufferException)
            {
                File.Copy(open, forged, overwrite: true);
            }
            Run(forged);
        });

        static void Run(string path)
        {
            using var session = new OnnxSession(OnnxFile.Read(path), threads: 1);
            var scores = session.Score([new byte[session.Header.Blueprint.Image.ByteCount]]);
            if (scores.Length != session.Header.ClassNames.Count)
            {
                throw new InvalidOperationException("scores of another number of classes");
            }
        }
    }

    private static FuzzTarget Target(string format, string path, byte[] bytes, Action read)
    {
        File.WriteAllBytes(path, bytes);
        return new FuzzTarget(format, path, bytes, read);
    }

    // Well-formed: every image has its bytes and a label that has a name.
    private static void Require(DatasetParts parts)
    {
        foreach (var images in (ImageDataset[])[parts.Train, parts.Test])
        {
            for (var index = 0; index < images.Count; index++)
            {
                if (images.Pixels(index).Length != images.Shape.ByteCount || images.Label(index) < 0 || images.Label(index) >= images.ClassNames.Count)
                {
                    throw new InvalidOperationException($"image {index} is not well-formed");
                }
            }
        }
    }

    private static byte[] IdxImages(int count, int side) => [.. Words(0x803, count, side, side), .. Pixels(count * side * side)];

    private static byte[] IdxLabels(int count) => [.. Words(0x801, count), .. Enumerable.Range(0, count).Select(index => (byte)(index % 10))];

    private static byte[] CifarRecords(int count) => [.. Enumerable.Range(0, count).SelectMany(index => (byte[])[(byte)index, .. Pixels(3072)])];

    private static byte[] Pixels(int count) => [.. Enumerable.Range(0, count).Select(index => (byte)(index * 7))];

    private static byte[] Words(params int[] words)
    {
        var bytes = new byte[4 * words.Length];
        for (var index = 0; index < words.Length; index++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * index), words[index]);
        }
        return bytes;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(bytes);
        }
        return packed.ToArray();
    }

    private static byte[] Tar(byte[] records)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var name in CifarNames)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"cifar-10-batches-bin/{name}") { DataStream = new MemoryStream(records) });
            }
        }
        return bytes.ToArray();
    }

    private static byte[] Encoded(SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(40, 30, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (var place = 0; place < 1200; place++)
        {
            bitmap.SetPixel(place % 40, place / 40, new SKColor((byte)(place * 5), (byte)(place / 4), (byte)(place % 40 * 6)));
        }
        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    // SkiaSharp reads these two and writes neither.
    private static byte[] Bmp()
    {
        var bytes = new byte[54 + (12 * 8 * 4)];
        "BM"u8.CopyTo(bytes);
        int[] fields = [bytes.Length, 0, 54, 40, 12, 8, 0x20_0001, 0, bytes.Length - 54, 2835, 2835, 0, 0];
        for (var index = 0; index < fields.Length; index++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(2 + (4 * index)), fields[index]);
        }
        Pixels(bytes.Length - 54).CopyTo(bytes, 54);
        return bytes;
    }

    // 2 x 2 pixels of four colours, one code each: clear, 0, 1, 2, 3, end.
    private static byte[] Gif() =>
    [
        .. "GIF89a"u8, 2, 0, 2, 0, 0xF1, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255,
        0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3, 0x44, 0x34, 0x05, 0, 0x3B,
    ];
}
