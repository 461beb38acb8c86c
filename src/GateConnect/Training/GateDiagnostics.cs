// What a run reports about its gates once per epoch: entropy and churn.
using GateConnect.Architecture;

namespace GateConnect.Training;

/// <summary>Figures about gates and wirings.</summary>
internal static class GateDiagnostics
{
    /// <summary>Mean over blocks of the entropy of the normalised gates over that of the uniform draw: 1 is uniform.</summary>
    public static double Entropy(IReadOnlyList<float[,]> gates)
    {
        double total = 0;
        var rows = 0;
        foreach (var matrix in gates)
        {
            for (var reader = 0; reader < matrix.GetLength(0); reader++, rows++)
            {
                total += Entropy(GateSampling.Row(matrix, reader));
            }
        }
        return rows == 0 ? 0 : total / rows;
    }

    /// <summary>Share of the connections of <paramref name="now"/> that <paramref name="before"/> lacks.</summary>
    public static double Churn(Connectivity before, Connectivity now)
    {
        int fresh = 0, all = 0;
        foreach (var (old, young) in before.Modules.Zip(now.Modules))
        {
            foreach (var (oldRow, youngRow) in old.Reads.Zip(young.Reads))
            {
                fresh += youngRow.Count(source => !oldRow.Contains(source));
                all += youngRow.Length;
            }
        }
        return all == 0 ? 0 : (double)fresh / all;
    }

    private static double Entropy(ReadOnlySpan<float> row)
    {
        double sum = 0, entropy = 0;
        foreach (var gate in row)
        {
            sum += gate;
        }
        if (sum <= 0 || row.Length == 1)
        {
            return 1;
        }
        foreach (var gate in row)
        {
            entropy -= gate > 0 ? gate / sum * Math.Log(gate / sum) : 0;
        }
        return entropy / Math.Log(row.Length);
    }
}
