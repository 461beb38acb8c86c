// Order, content and threading of batches, without tensors.
using GateConnect.Data;
using GateConnect.Runtime;

namespace GateConnect.Tests.Data;

public sealed class BatchFeedTests
{
    private static readonly ImageShape Shape = new(1, 2, 2);

    [Theory]
    [InlineData(10, 3, 3, 9)]
    [InlineData(9, 3, 3, 9)]
    [InlineData(2, 3, 1, 2)]
    public void Training_drops_an_incomplete_last_batch_unless_there_is_no_other(int images, int size, int batches, int seen)
    {
        var plan = Plan(images, size, BatchOrder.Shuffled);
        Assert.Equal(batches, plan.BatchesPerEpoch);
        Assert.Equal(seen, Run(plan, 0).Sum(batch => batch.Labels.Length));
    }

    [Theory]
    [InlineData(10, 3, 4)]
    [InlineData(9, 3, 3)]
    [InlineData(2, 3, 1)]
    public void Evaluation_sees_every_image_in_order(int images, int size, int batches)
    {
        var plan = Plan(images, size, BatchOrder.Sequential);
        Assert.Equal(batches, plan.BatchesPerEpoch);
        Assert.Equal(Enumerable.Range(0, images).Select(index => (long)index), Run(plan, 0).SelectMany(batch => batch.Labels));
    }

    [Fact]
    public void Every_epoch_is_another_permutation_and_the_same_one_again()
    {
        var plan = Plan(60, 6, BatchOrder.Shuffled);
        var orders = Enumerable.Range(0, 5).Select(plan.Order).ToArray();
        Assert.All(orders, order => Assert.Equal(Enumerable.Range(0, 60), order.Order()));
        Assert.Equal(5, orders.Select(order => string.Join(' ', order)).Distinct().Count());
        Assert.Equal(orders[3], Plan(60, 7, BatchOrder.Shuffled).Order(3));
    }

    [Fact]
    public void An_epoch_begun_in_the_middle_has_the_batches_of_a_whole_one()
    {
        var plan = Plan(40, 4, BatchOrder.Shuffled);
        var whole = Run(plan, 2);
        for (var first = 0; first <= plan.BatchesPerEpoch; first++)
        {
            var rest = Run(plan, 2, first);
            Assert.Equal(whole[first..].SelectMany(batch => batch.Images), rest.SelectMany(batch => batch.Images));
            Assert.Equal(whole[first..].SelectMany(batch => batch.Labels), rest.SelectMany(batch => batch.Labels));
        }
    }

    [Fact]
    public void Stopping_early_ends_the_thread_even_when_all_buffers_are_out()
    {
        var plan = Plan(400, 4, BatchOrder.Shuffled);
        using (var feed = new BatchFeed(plan, new BatchPosition(0, 0), [plan.NewBuffer(), plan.NewBuffer()]))
        {
            Assert.NotNull(feed.Take());
            Assert.NotNull(feed.Take()); // not returned: the thread waits for a buffer now
        }
        // Dispose joins the thread; getting here is what is tested.
        Assert.Equal(100, plan.BatchesPerEpoch);
    }

    [Fact]
    public void What_goes_wrong_on_the_thread_reaches_the_consumer_with_its_stack()
    {
        var plan = Plan(40, 4, BatchOrder.Shuffled);
        var tooSmall = new BatchBuffer(new float[3], new long[4]);
        using var feed = new BatchFeed(plan, new BatchPosition(0, 0), [tooSmall]);
        var error = Assert.ThrowsAny<ArgumentException>(feed.Take);
        Assert.Contains("Prepare", error.StackTrace, StringComparison.Ordinal); // the thread's own method; deeper ones may be inlined
    }

    [Fact]
    public void Empty_datasets_and_batches_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Plan(0, 4, BatchOrder.Shuffled));
        Assert.Throws<ArgumentOutOfRangeException>(() => Plan(4, 0, BatchOrder.Shuffled));
    }

    /// <summary>Image i has label i.</summary>
    private static BatchPlan Plan(int images, int size, BatchOrder order)
    {
        var dataset = TestImages.Random(images, Shape, Math.Max(1, images));
        var augmentation = order == BatchOrder.Shuffled ? Augmentation.PadCropFlip(1) : Augmentation.None;
        var transform = new ImageTransform(Shape, new Normalization([0.5f], [0.5f]), augmentation, new Seeds(3));
        return new BatchPlan(dataset, transform, order, new BatchOptions(size, new Seeds(3), null!));
    }

    private static (float[] Images, long[] Labels)[] Run(BatchPlan plan, int epoch, int first = 0)
    {
        using var feed = new BatchFeed(plan, new BatchPosition(epoch, first), [plan.NewBuffer(), plan.NewBuffer()]);
        var batches = new List<(float[], long[])>();
        while (feed.Take() is { } buffer)
        {
            Assert.Equal(first + batches.Count, buffer.Index);
            batches.Add((buffer.Images[..(buffer.Count * Shape.ByteCount)], buffer.Labels[..buffer.Count]));
            feed.Return(buffer);
        }
        return [.. batches];
    }
}
