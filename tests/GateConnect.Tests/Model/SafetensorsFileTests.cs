// The container: bytes worked out by hand, round trips, and everything that a damaged header can say.
using System.Buffers.Binary;
using System.Text;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using TorchSharp;

namespace GateConnect.Tests.Model;

[NoTensorLeak]
public sealed class SafetensorsFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gateconnect-").FullName;

    public SafetensorsFileTests() => TorchRuntime.EnsureLoaded();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_bytes_are_those_of_the_standard()
    {
        using var scope = torch.NewDisposeScope();
        using var stream = new MemoryStream();

        new SafetensorsLayout(
            [("b", torch.tensor(new float[] { 1, -2 })), ("a", torch.tensor(new long[] { 7 }).view(1, 1))],
            new Dictionary<string, string> { ["key"] = "välue" }).WriteTo(stream);

        const string header = """{"__metadata__":{"key":"välue"},"a":{"dtype":"I64","shape":[1,1],"data_offsets":[0,8]},"b":"""
            + """{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""";
        var text = Encoding.UTF8.GetBytes(header);
        byte[] expected =
        [
            .. Length((text.Length + 7) / 8 * 8), .. text, .. Encoding.UTF8.GetBytes(new string(' ', (8 - (text.Length % 8)) % 8)),
            7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0,
        ];
        Assert.Equal(expected, stream.ToArray());
    }

    [Fact]
    public void Every_type_and_shape_is_read_back_as_it_was_written_even_from_views()
    {
        using var scope = torch.NewDisposeScope();
        var path = Path.Combine(folder, "tensors");
        (string Name, torch.Tensor Value)[] tensors =
        [
            ("scalar", torch.tensor(3.5)),
            ("empty", torch.zeros([2, 0, 3])),
            ("transposed", torch.tensor(new float[,] { { 0, 1, 2 }, { 3, 4, 5 } }).t()),
            ("large", torch.tensor(Enumerable.Range(0, 3_000_000).Select(number => (long)number).ToArray())),
            ("with \"quotes\" and ünicode\n", torch.tensor(new[] { float.NaN, float.NegativeInfinity })),
        ];

        SafetensorsFile.Write(path, tensors, new Dictionary<string, string>());
        using var content = SafetensorsFile.Read(path);

        Assert.Empty(content.Metadata);
        Assert.Equal(tensors.Length, content.Tensors.Count);
        foreach (var (name, value) in tensors)
        {
            var read = content.Tensors[name];
            Assert.Equal((value.dtype, string.Join(',', value.shape)), (read.dtype, string.Join(',', read.shape)));
            Assert.Equal(value.contiguous().bytes.ToArray(), read.bytes.ToArray());
        }
    }

    [Fact]
    public void The_bytes_do_not_depend_on_the_order_of_the_caller()
    {
        using var scope = torch.NewDisposeScope();
        var (one, two) = (("one", torch.ones(3)), ("two", torch.ones(2, torch.float64)));
        using var forward = new MemoryStream();
        using var backward = new MemoryStream();

        new SafetensorsLayout([one, two], new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }).WriteTo(forward);
        new SafetensorsLayout([two, one], new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" }).WriteTo(backward);

        Assert.Equal(forward.ToArray(), backward.ToArray());
    }

    [Theory]
    [InlineData("""[1]""", "begins with '{'")]
    [InlineData("""{"a":1}""", "damaged entry")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", "damaged entry")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}""", "damaged entry")]
    [InlineData("""{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}""", "dtype 'BF16'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "damaged entry")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "damaged entry")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "spans 4 to 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "spans 0 to 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4,4],"data_offsets":[0,4]}}""", "spans 0 to 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}""", "begins at 1")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "begins at 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "expected 8, the end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "names a key twice")]
    [InlineData("""{"__metadata__":{"k":"1","k":"2"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "names a key twice")]
    [InlineData("""{"__metadata__":{"k":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "is no text")]
    [InlineData("""{"__metadata__":[],"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "is no object")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "surrogate")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} x""", "no JSON")]
    [InlineData("""{"a":[[[[[[[[[[[[1]]]]]]]]]]]]}""", "no JSON")]
    public void A_header_that_does_not_hold_is_refused_with_file_and_offset(string header, string complaint)
    {
        var path = Path.Combine(folder, "damaged");
        var text = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(path, [.. Length(text.Length), .. text, 0, 0, 0, 0]);

        var failure = Assert.Throws<ModelFileException>(() => SafetensorsFile.Read(path));

        Assert.StartsWith($"{path}: offset ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(complaint, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void Files_that_are_short_lie_about_their_length_or_are_not_there_are_refused()
    {
        var path = Path.Combine(folder, "file");
        foreach (var bytes in (byte[][])[[], [1, 2], [255, 255, 255, 255, 255, 255, 255, 255, 1], [0, 0, 0, 0, 0, 0, 0, 0], [9, 0, 0, 0, 0, 0, 0, 0, 1]])
        {
            File.WriteAllBytes(path, bytes);
            Assert.Throws<ModelFileException>(() => SafetensorsFile.Read(path));
            Assert.Throws<ModelFileException>(() => SafetensorsFile.ReadHeader(path));
        }
        Assert.Throws<ModelFileException>(() => SafetensorsFile.Read(Path.Combine(folder, "absent")));
        Assert.Throws<ModelFileException>(() => SafetensorsFile.Read(Path.Combine(folder, "no", "folder")));
        Assert.Throws<ModelFileException>(() => SafetensorsFile.Read(folder));
    }

    [Fact]
    public void Names_that_are_taken_or_reserved_and_foreign_types_cannot_be_written()
    {
        using var scope = torch.NewDisposeScope();
        var value = torch.ones(1);
        var none = new Dictionary<string, string>();

        Assert.Throws<ArgumentException>(() => new SafetensorsLayout([("a", value), ("a", value)], none));
        Assert.Throws<ArgumentException>(() => new SafetensorsLayout([("__metadata__", value)], none));
        Assert.Throws<ArgumentException>(() => new SafetensorsLayout([("a", value.to(torch.int8))], none));
    }

    private static byte[] Length(int length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        return bytes;
    }
}
