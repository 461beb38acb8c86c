// Writes the smallest ELF library that asks another for two versions: headers, a dynamic section, the version needs
// and their names, at known offsets. Addresses differ from offsets, as in a real library.
using System.Buffers.Binary;

namespace GateConnect.Tests.Runtime;

internal static class TinyElf
{
    public const int FirstFlags = 0x154;
    public const int SecondFlags = 0x164;
    private const int Dynamic = 0x100;
    private const int Needs = 0x140;
    private const int Names = 0x180;
    private const int Length = 0x1C0;
    private const ulong Base = 0x400000;

    /// <summary>A library that asks <c>libstdc++.so.6</c> for <c>OLD_1</c> and <c>NEW_2</c>.</summary>
    public static byte[] Create()
    {
        var bytes = new byte[Length];
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(bytes);
        Put64(bytes, 32, 64);
        Put16(bytes, 54, 56);
        Put16(bytes, 56, 2);
        Segment(bytes, 64, kind: 1, offset: 0, length: Length);
        Segment(bytes, 120, kind: 2, offset: Dynamic, length: 0x40);
        Tag(bytes, 0, 5, Base + Names);
        Tag(bytes, 1, 0x6ffffffe, Base + Needs);
        Tag(bytes, 2, 0x6fffffff, 1);
        Put16(bytes, Needs, 1);
        Put16(bytes, Needs + 2, 2);
        Put32(bytes, Needs + 4, 1);
        Put32(bytes, Needs + 8, 16);
        Put32(bytes, Needs + 16 + 8, 16);
        Put32(bytes, Needs + 16 + 12, 16);
        Put32(bytes, Needs + 32 + 8, 22);
        "\0libstdc++.so.6\0OLD_1\0NEW_2\0"u8.CopyTo(bytes.AsSpan(Names));
        return bytes;
    }

    private static void Segment(byte[] bytes, int at, uint kind, ulong offset, ulong length)
    {
        Put32(bytes, at, kind);
        Put64(bytes, at + 8, offset);
        Put64(bytes, at + 16, Base + offset);
        Put64(bytes, at + 32, length);
    }

    private static void Tag(byte[] bytes, int index, ulong tag, ulong value)
    {
        Put64(bytes, Dynamic + index * 16, tag);
        Put64(bytes, Dynamic + index * 16 + 8, value);
    }

    private static void Put16(byte[] bytes, int at, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), value);

    private static void Put32(byte[] bytes, int at, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);

    private static void Put64(byte[] bytes, int at, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), value);
}
