// Golden values, worked out by hand.
using GateConnect.Training;

namespace GateConnect.Tests.Training;

public sealed class LearningRateScheduleTests
{
    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(25, 0.8535533905932737)]
    [InlineData(50, 0.5)]
    [InlineData(75, 0.1464466094067262)]
    [InlineData(99, 0.00024671981713422)]
    public void A_cosine_falls_from_the_peak_to_nearly_nothing(long step, double expected) =>
        Assert.Equal(expected, Rate(Options(ScheduleKind.Cosine, ScheduleCycles.One), step), 1e-12);

    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(49, 1.0)]
    [InlineData(50, 0.1)]
    [InlineData(74, 0.1)]
    [InlineData(75, 0.01)]
    [InlineData(99, 0.01)]
    public void Steps_divide_by_ten_at_a_half_and_three_quarters(long step, double expected) =>
        Assert.Equal(expected, Rate(Options(ScheduleKind.Step, ScheduleCycles.One), step), 1e-12);

    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(20, 0.5)]
    [InlineData(40, 1.0)]
    [InlineData(70, 0.5)]
    public void A_cycle_per_phase_starts_anew_at_the_boundary(long step, double expected) =>
        Assert.Equal(expected, Rate(Options(ScheduleKind.Cosine, ScheduleCycles.PerPhase), step), 1e-12);

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(4, 0.5)]
    [InlineData(9, 1.0)]
    [InlineData(10, 1.0)]
    public void The_warm_up_rises_linearly(long step, double expected) =>
        Assert.Equal(expected, Rate(Options(ScheduleKind.Step, ScheduleCycles.One) with { WarmUpSteps = 10 }, step), 1e-12);

    [Fact]
    public void A_warm_up_longer_than_half_the_run_is_cut_to_it() =>
        Assert.Equal(0.02, Rate(Options(ScheduleKind.Step, ScheduleCycles.One) with { WarmUpSteps = 1000 }, 0), 1e-12);

    [Fact]
    public void No_rate_is_zero_or_above_the_peak()
    {
        foreach (var kind in Enum.GetValues<ScheduleKind>())
        {
            foreach (var cycles in Enum.GetValues<ScheduleCycles>())
            {
                var options = Options(kind, cycles) with { WarmUpSteps = 7 };
                Assert.All(Enumerable.Range(0, 100), step => Assert.InRange(Rate(options, step), 1e-9, 1.0));
            }
        }
    }

    private static TrainingOptions Options(ScheduleKind kind, ScheduleCycles cycles) =>
        new() { LearningRate = 1, Schedule = kind, Cycles = cycles, WarmUpSteps = 0 };

    private static double Rate(TrainingOptions options, long step) =>
        new LearningRateSchedule(options, GateSteps: 40, TotalSteps: 100).At(step);
}
