// A 64-bit little-endian ELF file as bytes, seen the way the dynamic loader sees it: through program headers and the
// dynamic section, never through section headers, which a stripped file may lack. Every read is checked against the
// length of the file, so that a damaged library gives one clear message instead of a wrong answer.
using System.Buffers.Binary;
using System.Text;

namespace GateConnect.Runtime;

/// <summary>Checked reads from an ELF file, at file offsets or at the addresses its dynamic section uses.</summary>
internal sealed class ElfImage
{
    private const int HeaderLength = 64;
    private const int ProgramHeaderLength = 56;
    private const uint LoadSegment = 1;
    private const uint DynamicSegment = 2;

    private readonly byte[] bytes;
    private readonly List<Segment> segments = [];

    /// <summary>Reads the headers; the bytes are kept, not copied.</summary>
    /// <exception cref="InvalidDataException">Not a 64-bit little-endian ELF file, or a header out of bounds.</exception>
    public ElfImage(byte[] bytes)
    {
        this.bytes = bytes;
        if (bytes.Length < HeaderLength || !bytes.AsSpan(0, 4).SequenceEqual("\u007fELF"u8))
        {
            throw new InvalidDataException("offset 0: not an ELF file");
        }
        if (bytes[4] != 2 || bytes[5] != 1)
        {
            throw new InvalidDataException("offset 4: not a 64-bit little-endian ELF file");
        }
        var (table, size, count) = (Word64(32), Word16(54), Word16(56));
        if (size < ProgramHeaderLength)
        {
            throw new InvalidDataException($"offset 54: a program header of {size} bytes, expected {ProgramHeaderLength}");
        }
        for (var index = 0; index < count; index++)
        {
            var at = checked(InFile(table, 0) + index * size);
            segments.Add(new Segment(Word32(at), Word64(at + 8), Word64(at + 16), Word64(at + 32)));
        }
    }

    /// <summary>The value of a tag in the dynamic section, or null where the tag or the section is absent.</summary>
    public ulong? Dynamic(ulong tag)
    {
        foreach (var segment in segments.Where(segment => segment.Kind == DynamicSegment))
        {
            for (var at = InFile(segment.Offset, 0); (ulong)at + 16 <= segment.Offset + segment.Length; at += 16)
            {
                var found = Word64(at);
                if (found == tag)
                {
                    return Word64(at + 8);
                }
                if (found == 0)
                {
                    break;
                }
            }
        }
        return null;
    }

    /// <summary>The file offset behind an address of the loaded library.</summary>
    /// <exception cref="InvalidDataException">No loaded segment holds the address.</exception>
    public int OffsetOf(ulong address)
    {
        foreach (var segment in segments)
        {
            if (segment.Kind == LoadSegment && address >= segment.Address && address - segment.Address < segment.Length)
            {
                return InFile(segment.Offset + (address - segment.Address), 0);
            }
        }
        throw new InvalidDataException($"address 0x{address:x}: in no loaded segment");
    }

    /// <summary>The unsigned 16-bit number at a file offset.</summary>
    public ushort Word16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(At(offset, 2));

    /// <summary>The unsigned 32-bit number at a file offset.</summary>
    public uint Word32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(At(offset, 4));

    /// <summary>The unsigned 64-bit number at a file offset.</summary>
    public ulong Word64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(At(offset, 8));

    /// <summary>The zero-terminated string at a file offset.</summary>
    public string Text(int offset)
    {
        var rest = bytes.AsSpan(InFile((ulong)(long)offset, 1));
        var length = rest.IndexOf((byte)0);
        return length >= 0
            ? Encoding.ASCII.GetString(rest[..length])
            : throw new InvalidDataException($"offset {offset}: a name without an end");
    }

    private ReadOnlySpan<byte> At(int offset, int length) => bytes.AsSpan(InFile((ulong)(long)offset, length), length);

    private int InFile(ulong offset, int length) =>
        offset <= (ulong)bytes.Length && (ulong)length <= (ulong)bytes.Length - offset
            ? (int)offset
            : throw new InvalidDataException($"offset {offset}: outside the file of {bytes.Length} bytes");

    private readonly record struct Segment(uint Kind, ulong Offset, ulong Address, ulong Length);
}
