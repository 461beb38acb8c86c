namespace GateConnect.Soak.Fuzz;

internal static class FuzzReport
{
    public static int Run(int count, int seed) => count + seed;
}
