// The loader's tensors: shapes, values, ownership and position.
using GateConnect.Data;
using GateConnect.Runtime;
using TorchSharp;

namespace GateConnect.Tests.Data;

public sealed class BatchLoaderTests
{
    private static readonly ImageShape Shape = new(3, 4, 4);
    private static readonly ImageDataset Images = TestImages.Random(10, Shape, 10);
    private static readonly Normalization Normal = Normalization.Measure(Images);
    private static readonly BatchOptions Options = new(4, new Seeds(1), torch.CPU);

    [Fact]
    public void Evaluation_gives_normalised_images_in_order_as_tensors()
    {
        var loader = BatchLoader.ForEvaluation(Images, Normal, 4, torch.CPU);
        var table = Normal.Table();
        var seen = 0;
        foreach (var batch in loader.Epoch(0))
        {
            Assert.Equal([batch.Count, 3, 4, 4], batch.Images.shape);
            Assert.Equal((torch.ScalarType.Float32, torch.ScalarType.Int64), (batch.Images.dtype, batch.Labels.dtype));
            var values = batch.Images.data<float>().ToArray();
            for (var slot = 0; slot < batch.Count; slot++, seen++)
            {
                Assert.Equal(seen, batch.Labels[slot].item<long>());
                for (var at = 0; at < Shape.ByteCount; at++)
                {
                    Assert.Equal(table[at / 16 * 256 + Images.Pixels(seen)[at]], values[slot * Shape.ByteCount + at]);
                }
            }
        }
        Assert.Equal(10, seen);
        Assert.Equal((3, 10), (loader.BatchesPerEpoch, loader.ImagesPerEpoch));
    }

    [Fact]
    public void Resuming_at_the_position_gives_what_an_uninterrupted_run_gives()
    {
        var whole = Train(new BatchPosition(0, 0), steps: 6, out _);
        for (var stop = 0; stop <= 6; stop++)
        {
            var before = Train(new BatchPosition(0, 0), stop, out var position);
            var after = Train(position, 6 - stop, out _);
            Assert.Equal(whole, before.Concat(after));
        }
    }

    [Fact]
    public void The_position_is_the_next_batch_and_then_the_next_epoch()
    {
        var loader = BatchLoader.ForTraining(Images, Normal, Augmentation.None, Options);
        var positions = new List<BatchPosition>();
        foreach (var batch in loader.Epoch(3))
        {
            Assert.Equal((3, positions.Count), (batch.Epoch, batch.Index));
            positions.Add(loader.Position);
        }
        Assert.Equal([new BatchPosition(3, 1), new BatchPosition(4, 0)], positions);
        Assert.Equal((2, 8), (loader.BatchesPerEpoch, loader.ImagesPerEpoch));
    }

    [Fact]
    public void A_batch_ends_when_the_consumer_moves_on_and_no_tensor_is_left()
    {
        var statistics = DisposeScopeManager.Statistics;
        var before = statistics.ThreadTotalLiveCount;
        var loader = BatchLoader.ForTraining(Images, Normal, Augmentation.PadCropFlip(1), Options);
        var kept = new List<Batch>();
        for (var epoch = 0; epoch < 3; epoch++)
        {
            foreach (var batch in loader.Epoch(epoch))
            {
                Assert.All(kept, earlier => Assert.True(earlier.Images.IsInvalid));
                using var scope = torch.NewDisposeScope();
                using var mean = batch.Images.mean();
                kept.Add(batch);
                if (epoch == 1)
                {
                    break;
                }
            }
        }
        Assert.Equal(5, kept.Count);
        Assert.All(kept, batch => Assert.True(batch.Labels.IsInvalid));
        Assert.Equal(before, statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_scope_opened_around_the_loop_does_not_own_the_batches()
    {
        var loader = BatchLoader.ForEvaluation(Images, Normal, 4, torch.CPU);
        using var scope = torch.NewDisposeScope();
        foreach (var batch in loader.Epoch(0))
        {
            Assert.Equal(0, scope.DisposablesCount);
        }
        Assert.Equal(3, loader.BatchesPerEpoch);
    }

    [Fact]
    public void Epochs_and_batches_that_do_not_exist_are_refused_at_once()
    {
        var loader = BatchLoader.ForTraining(Images, Normal, Augmentation.None, Options);
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Epoch(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Epoch(0, 3));
        Assert.Empty(loader.Epoch(0, 2));
    }

    private static List<string> Train(BatchPosition from, int steps, out BatchPosition position)
    {
        var loader = BatchLoader.ForTraining(Images, Normal, Augmentation.PadCropFlip(1), Options);
        var seen = new List<string>();
        position = from;
        while (seen.Count < steps)
        {
            foreach (var batch in loader.Epoch(position.Epoch, position.Batch))
            {
                seen.Add($"{string.Join(' ', batch.Images.data<float>())} {string.Join(' ', batch.Labels.data<long>())}");
                position = loader.Position;
                if (seen.Count == steps)
                {
                    break;
                }
            }
        }
        return seen;
    }
}
