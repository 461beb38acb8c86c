// Small steps on matrices of gates that the estimators share.
using System.Collections.Immutable;
using GateConnect.Architecture;

namespace GateConnect.Training;

internal static class GateMatrices
{
    internal static float[][,] Filled(NetworkBlueprint blueprint, float value)
    {
        var matrices = new float[blueprint.Modules.Count - 1][,];
        for (var index = 0; index < matrices.Length; index++)
        {
            matrices[index] = new float[blueprint.Modules[index + 1].Blocks, blueprint.Modules[index].Blocks];
            System.Runtime.InteropServices.MemoryMarshal
                .CreateSpan(ref matrices[index][0, 0], matrices[index].Length).Fill(value);
        }
        return matrices;
    }

    internal static Connectivity TopK(IReadOnlyList<float[,]> gates, int fanIn) => new(
        [.. gates.Select((matrix, index) => new ModuleConnectivity(index + 1, matrix.GetLength(1), TopKRows(matrix, fanIn)))]);

    /// <summary>Moves scores against a gradient.</summary>
    internal static void Descend(float[,] scores, float[,] gradient, float step)
    {
        for (var row = 0; row < scores.GetLength(0); row++)
        {
            for (var column = 0; column < scores.GetLength(1); column++)
            {
                scores[row, column] -= step * gradient[row, column];
            }
        }
    }

    /// <summary>The same matrices with every row replaced.</summary>
    internal static float[][,] MapRows(IReadOnlyList<float[,]> matrices, Func<float[], double[]> map)
    {
        var mapped = matrices.Select(matrix => (float[,])matrix.Clone()).ToArray();
        foreach (var matrix in mapped)
        {
            for (var row = 0; row < matrix.GetLength(0); row++)
            {
                SetRow(matrix, row, map(GateSampling.Row(matrix, row).ToArray()));
            }
        }
        return mapped;
    }

    /// <summary>Writes a row.</summary>
    internal static void SetRow(float[,] matrix, int row, double[] values)
    {
        for (var column = 0; column < values.Length; column++)
        {
            matrix[row, column] = (float)values[column];
        }
    }

    /// <summary>Moves an average towards a gradient.</summary>
    /// <param name="average">The average so far, zero at first; moved. Its shortfall at the start is a factor, which the RMS takes out.</param>
    /// <param name="gradient">The newest gradient.</param>
    /// <param name="decay">In [0, 1): 0 leaves the newest gradient alone.</param>
    /// <returns>A copy of the moved average, for the caller to change.</returns>
    internal static float[,] Average(float[,] average, float[,] gradient, double decay)
    {
        for (var row = 0; row < average.GetLength(0); row++)
        {
            for (var column = 0; column < average.GetLength(1); column++)
            {
                average[row, column] = (float)((decay * average[row, column]) + ((1 - decay) * gradient[row, column]));
            }
        }
        return (float[,])average.Clone();
    }

    /// <summary>Subtracts every row's mean: under sum_k g = K it means nothing.</summary>
    internal static void CentreRows(float[,] gradient)
    {
        var columns = gradient.GetLength(1);
        for (var row = 0; row < gradient.GetLength(0); row++)
        {
            double sum = 0;
            for (var column = 0; column < columns; column++)
            {
                sum += gradient[row, column];
            }
            for (var column = 0; column < columns; column++)
            {
                gradient[row, column] -= (float)(sum / columns);
            }
        }
    }

    /// <summary>Divides by the root mean square over the module; a gradient of zeros stays one.</summary>
    internal static void DivideByRootMeanSquare(float[,] gradient)
    {
        double squares = 0;
        foreach (var value in gradient)
        {
            squares += (double)value * value;
        }
        var root = Math.Sqrt(squares / gradient.Length);
        if (root == 0)
        {
            return;
        }
        for (var row = 0; row < gradient.GetLength(0); row++)
        {
            for (var column = 0; column < gradient.GetLength(1); column++)
            {
                gradient[row, column] = (float)(gradient[row, column] / root);
            }
        }
    }

    private static ImmutableArray<ImmutableArray<int>> TopKRows(float[,] matrix, int fanIn) =>
        [.. Enumerable.Range(0, matrix.GetLength(0))
            .Select(reader => ImmutableArray.Create(GateSampling.TopK(GateSampling.Row(matrix, reader), fanIn)))];
}
