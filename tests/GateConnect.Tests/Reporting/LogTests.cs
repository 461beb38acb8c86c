using System.Buffers.Binary;
using System.Text;
using GateConnect.Architecture;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Training;

namespace GateConnect.Tests.Reporting;

public sealed class LogTests
{
    [Fact]
    public void Metrics_read_back_line_by_line()
    {
        using var temporary = new TemporaryFolder();
        Fill(temporary["metrics.jsonl"]);
        var read = MetricsLog.Read(temporary["metrics.jsonl"]);
        Assert.Equal(Samples.Epochs.Select(Flat), read.Select(Flat));
        Assert.Equal(6, File.ReadAllLines(temporary["metrics.jsonl"]).Length);
    }

    [Fact]
    public void Metrics_are_golden() => Golden.Check("metrics.jsonl", () =>
    {
        using var temporary = new TemporaryFolder();
        Fill(temporary["metrics.jsonl"]);
        return File.ReadAllText(temporary["metrics.jsonl"]);
    });

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(6)]
    public void A_resumed_run_writes_the_same_file_as_one_that_never_stopped(int resumed)
    {
        using var temporary = new TemporaryFolder();
        var path = temporary["metrics.jsonl"];
        Fill(path);
        var whole = File.ReadAllText(path);
        File.AppendAllText(path, "{\"epoch\":7,\"pha");
        var log = new MetricsLog(path, resumed);
        foreach (var report in Samples.Epochs.Skip(resumed))
        {
            log.Append(report);
        }
        Assert.Equal(whole, File.ReadAllText(path));
    }

    [Fact]
    public void A_torn_last_line_is_ignored_and_a_damaged_one_is_named()
    {
        using var temporary = new TemporaryFolder();
        var path = temporary["metrics.jsonl"];
        Fill(path);
        File.AppendAllText(path, "{\"epoch\":7");
        Assert.Equal(6, MetricsLog.Read(path).Count);
        File.AppendAllText(path, "\n");
        Assert.Contains(":7:", Assert.Throws<DataException>(() => MetricsLog.Read(path)).Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => MetricsLog.Read(temporary["missing"]));
    }

    [Fact]
    public void Timings_read_back()
    {
        using var temporary = new TemporaryFolder();
        var log = new TimingLog(temporary["timing.jsonl"]);
        log.Append(new EpochTiming(1, 12.5, 4800, 1L << 31));
        Assert.Equal([new EpochTiming(1, 12.5, 4800, 1L << 31)], TimingLog.Read(temporary["timing.jsonl"]));
    }

    [Fact]
    public void A_diary_reads_back_with_its_gates_and_repeats_no_epoch()
    {
        using var temporary = new TemporaryFolder();
        var wiring = Samples.Wiring();
        var gates = Samples.Gates(wiring);
        var diary = GateDiary.Start(Samples.Blueprint, ConnectivityRule.Learned(2));
        diary.Write(temporary["empty.json"]);
        Assert.Empty(GateDiary.Read(temporary["empty.json"]).Epochs);
        foreach (var epoch in (int[])[1, 2, 3, 2])
        {
            diary = diary.With(new GateSnapshot(epoch, gates, wiring));
        }
        (diary with { Final = wiring }).Write(temporary["connectivity.json"]);
        var read = GateDiary.Read(temporary["connectivity.json"]);
        Assert.Equal([1, 2], read.Epochs.Select(entry => entry.Epoch));
        Assert.Equal(wiring, read.Final);
        Assert.Equal(wiring, read.Epochs[1].TopK);
        Assert.Equal(gates[4].Cast<float>(), read.Epochs[1].RealGates[4].Cast<float>());
        Assert.Equal(ConnectivityRule.Learned(2), read.Rule);
    }

    [Theory]
    [InlineData("\"formatVersion\": 1", "\"formatVersion\": 3")]
    [InlineData("\"fanIn\"", "\"fanin\"")]
    [InlineData("\"sources\":8", "\"sources\":1")]
    [InlineData("]", "")]
    public void A_damaged_diary_is_refused(string from, string to)
    {
        using var temporary = new TemporaryFolder();
        var path = temporary["connectivity.json"];
        var wiring = Samples.Wiring();
        (GateDiary.Start(Samples.Blueprint, ConnectivityRule.Random(2)) with { Final = wiring }).Write(path);
        File.WriteAllText(path, File.ReadAllText(path).Replace(from, to, StringComparison.Ordinal));
        Assert.StartsWith(path, Assert.Throws<DataException>(() => GateDiary.Read(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[null]", "null")]
    [InlineData("[{\"epoch\":1,\"topK\":WIRING,\"realGates\":[null]}]", "realGates")]
    [InlineData("[{\"epoch\":1,\"topK\":WIRING,\"realGates\":[[null]]}]", "realGates")]
    [InlineData("[{\"epoch\":1,\"topK\":WIRING,\"realGates\":[[[1],[1,2]]]}]", "realGates")]
    [InlineData("[{\"epoch\":1,\"topK\":null,\"realGates\":[]}]", "connectivity")]
    public void An_epoch_of_a_diary_that_is_none_is_refused(string epochs, string says)
    {
        using var temporary = new TemporaryFolder();
        var path = temporary["connectivity.json"];
        GateDiary.Start(Samples.Blueprint, ConnectivityRule.Random(2)).Write(path);
        var made = epochs.Replace("WIRING", ConnectivityJson.Write(Samples.Wiring()), StringComparison.Ordinal);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"epochs\": []", $"\"epochs\": {made}", StringComparison.Ordinal));
        Assert.Contains(says, Assert.Throws<DataException>(() => GateDiary.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TensorBoard_events_are_whole_records_that_carry_the_tags()
    {
        using var temporary = new TemporaryFolder();
        var log = new TensorBoardLog(temporary["tensorboard"]);
        foreach (var report in Samples.Epochs)
        {
            log.Append(report);
        }
        var bytes = File.ReadAllBytes(Assert.Single(Directory.GetFiles(temporary["tensorboard"])));
        var (offset, records) = (0, new List<string>());
        while (offset < bytes.Length)
        {
            // A record: length (8 bytes), its checksum (4), the event, its checksum (4).
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(offset));
            records.Add(Encoding.Latin1.GetString(bytes, offset + 12, length));
            Assert.Equal(MaskedChecksum(bytes.AsSpan(offset, 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset + 8)));
            Assert.Equal(
                MaskedChecksum(bytes.AsSpan(offset + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset + 12 + length)));
            offset += 12 + length + 4;
        }
        Assert.Equal(bytes.Length, offset);
        Assert.Contains("brain.Event:2", records[0], StringComparison.Ordinal);
        Assert.Equal(6, records.Count(record => record.Contains("loss/train", StringComparison.Ordinal)));
        Assert.Equal(3, records.Count(record => record.Contains("top1Percent/held", StringComparison.Ordinal)));
    }

    // CRC-32C, rotated and shifted as the record format asks; readers refuse files in which it is wrong.
    private static uint MaskedChecksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = System.Numerics.BitOperations.Crc32C(crc, value);
        }
        return unchecked(System.Numerics.BitOperations.RotateRight(~crc, 15) + 0xa282ead8u);
    }

    private static void Fill(string path)
    {
        var log = new MetricsLog(path);
        foreach (var report in Samples.Epochs)
        {
            log.Append(report);
        }
    }

    private static string Flat(EpochReport report) => (report with { LiveBlocks = null }) + string.Join(',', report.LiveBlocks ?? []);
}
