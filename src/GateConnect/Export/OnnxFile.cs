// An ONNX file as bytes: how one is put together, sealed by a checksum of its own, and taken apart again. ONNX Runtime
// checks little of what it is given before it allocates, so a file gets to it only when its seal holds and OnnxRules has
// nothing against it.
using System.Security.Cryptography;
using GateConnect.Export.Format;
using GateConnect.Model;
using GateConnect.Runtime;
using Google.Protobuf;

namespace GateConnect.Export;

/// <summary>A whole ONNX model that is in order.</summary>
/// <param name="Path">Where it is, or will be.</param>
/// <param name="Bytes">The file.</param>
/// <param name="Header">What its metadata say.</param>
/// <param name="Input">What it reads.</param>
/// <param name="BatchSize">Images per batch, or null where the caller chooses.</param>
internal sealed record OnnxFile(string Path, byte[] Bytes, ModelHeader Header, OnnxInput Input, int? BatchSize)
{
    private const long LargestFile = int.MaxValue - 1024; // of a protobuf message

    /// <summary>Writes a network as ONNX, in memory; equal networks and options give equal bytes.</summary>
    /// <param name="path">What messages call it.</param>
    /// <param name="model">Without dead blocks; stays the caller's.</param>
    /// <param name="options">How it is written.</param>
    internal static OnnxFile Of(string path, LoadedModel model, OnnxOptions options)
    {
        options.Validate();
        var proto = new ModelProto
        {
            IrVersion = OnnxRules.IrVersion,
            ProducerName = "GateConnect",
            ProducerVersion = Versions.GateConnect,
            DocString = $"A multi-branch classifier of {model.Header.Blueprint.Image} images into {model.Header.Blueprint.Classes} classes",
            Graph = OnnxNetwork.Graph(model, options),
            OpsetImport = { new OperatorSetIdProto { Version = OnnxRules.OperatorSet } },
            MetadataProps = { OnnxMetadata.Write(model.Header, options.Provenance) },
        };
        if (proto.CalculateSize() > LargestFile)
        {
            throw new ConfigurationException($"{path}: the network has {proto.CalculateSize() >> 20} MB, an ONNX file at most 2 GB");
        }
        return new OnnxFile(path, Sealed(proto), model.Header, options.Input, options.BatchSize);
    }

    /// <summary>Reads a file that this software wrote.</summary>
    /// <exception cref="ModelFileException">Missing, damaged, or another's.</exception>
    internal static OnnxFile Read(string path)
    {
        var bytes = Load(path);
        var proto = Parse(path, bytes);
        var header = OnnxMetadata.Read(path, proto.MetadataProps);
        var seal = proto.MetadataProps.FirstOrDefault(entry => entry.Key == OnnxMetadata.Fingerprint);
        if (seal is null || !bytes.AsSpan().SequenceEqual(Sealed(Unsealed(proto, seal))))
        {
            throw new ModelFileException($"{path}: content and checksum do not agree; the file was changed or damaged, export it again");
        }
        OnnxRules.Check(path, proto, header);
        return new OnnxFile(path, bytes, header, OnnxRules.InputOf(proto), OnnxRules.BatchSizeOf(proto));
    }

    /// <summary>The file of a model whose metadata lack the checksum: with it.</summary>
    internal static byte[] Sealed(ModelProto proto)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(proto.ToByteArray()));
        proto.MetadataProps.Add(new StringStringEntryProto { Key = OnnxMetadata.Fingerprint, Value = hash });
        return proto.ToByteArray();
    }

    private static ModelProto Unsealed(ModelProto proto, StringStringEntryProto seal)
    {
        var rest = proto.Clone();
        rest.MetadataProps.Remove(seal);
        return rest;
    }

    private static byte[] Load(string path)
    {
        try
        {
            return new FileInfo(path).Length <= LargestFile
                ? File.ReadAllBytes(path)
                : throw new ModelFileException($"{path}: is larger than 2 GB, which no ONNX file is");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException($"{path}: cannot be read: {failure.Message}", failure);
        }
    }

    private static ModelProto Parse(string path, byte[] bytes)
    {
        try
        {
            return ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException failure)
        {
            throw new ModelFileException($"{path}: is no ONNX file, or a damaged one: {failure.Message}", failure);
        }
    }
}
