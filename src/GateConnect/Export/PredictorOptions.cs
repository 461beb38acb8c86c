// How a predictor runs.
using GateConnect.Runtime;

namespace GateConnect.Export;

/// <summary>What computes.</summary>
public enum PredictionRuntime
{
    /// <summary>The file's own: ONNX Runtime for an ONNX file, libtorch for a model file.</summary>
    OfFile,

    /// <summary>libtorch with the kernels of this library; model files only. One batch at a time.</summary>
    Torch,

    /// <summary>ONNX Runtime; many batches at a time.</summary>
    Onnx,
}

/// <summary>How a predictor runs.</summary>
public sealed record PredictorOptions
{
    /// <summary>What computes; default the file's own.</summary>
    public PredictionRuntime Runtime { get; init; } = PredictionRuntime.OfFile;

    /// <summary>
    /// Threads of one batch, at least 1; default 1, which serves many requests at a time best. In libtorch it is a setting of the
    /// whole process.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="ConfigurationException">The number of threads is.</exception>
    internal void Validate()
    {
        if (Threads is < 1 or > 1024)
        {
            throw new ConfigurationException($"threads: {Threads} is outside 1 to 1024");
        }
    }
}
