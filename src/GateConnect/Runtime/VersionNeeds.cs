// The symbol versions a shared library asks of others (its .gnu.version_r, a list of lists). A version marked weak is
// one the loader may do without.
namespace GateConnect.Runtime;

/// <summary>One version of one library that an ELF file asks for.</summary>
/// <param name="Library">The library asked, such as <c>libstdc++.so.6</c>.</param>
/// <param name="Version">The version asked for, such as <c>GLIBCXX_3.4.32</c>.</param>
/// <param name="FlagsOffset">Where in the file the 16-bit flags of this entry are.</param>
/// <param name="Flags">The flags; 2 is weak.</param>
internal readonly record struct VersionNeed(string Library, string Version, int FlagsOffset, ushort Flags)
{
    /// <summary>VER_FLG_WEAK of the ELF symbol versioning extension.</summary>
    public const ushort WeakFlag = 2;

    /// <summary>Whether the loader accepts the library's lack of this version.</summary>
    public bool IsWeak => (Flags & WeakFlag) != 0;
}

/// <summary>Reads every <see cref="VersionNeed"/> of an ELF file.</summary>
internal static class VersionNeeds
{
    private const ulong StringTableTag = 5;
    private const ulong NeedsTag = 0x6ffffffe;
    private const ulong NeedsCountTag = 0x6fffffff;

    /// <summary>All needs in file order; none where the file asks for no versions.</summary>
    /// <exception cref="InvalidDataException">A table or a name lies outside the file.</exception>
    public static IReadOnlyList<VersionNeed> Read(ElfImage elf)
    {
        var needs = new List<VersionNeed>();
        if (elf.Dynamic(NeedsTag) is not { } table || elf.Dynamic(StringTableTag) is not { } names)
        {
            return needs;
        }
        var (at, strings) = (elf.OffsetOf(table), elf.OffsetOf(names));
        for (var left = elf.Dynamic(NeedsCountTag) ?? 0; left > 0; left--)
        {
            ReadLibrary(elf, at, strings, needs);
            var step = elf.Word32(at + 12);
            if (step == 0)
            {
                break;
            }
            at = Forward(at, step);
        }
        return needs;
    }

    private static void ReadLibrary(ElfImage elf, int library, int strings, List<VersionNeed> needs)
    {
        var name = elf.Text(Forward(strings, elf.Word32(library + 4)));
        var at = Forward(library, elf.Word32(library + 8));
        for (var left = elf.Word16(library + 2); left > 0; left--)
        {
            var version = elf.Text(Forward(strings, elf.Word32(at + 8)));
            needs.Add(new VersionNeed(name, version, at + 4, elf.Word16(at + 4)));
            at = Forward(at, elf.Word32(at + 12));
        }
    }

    // Offsets in these tables only ever point ahead; past 2 GB is damage, which the next read would not notice.
    private static int Forward(int from, uint step) =>
        step <= int.MaxValue - (uint)from
            ? from + (int)step
            : throw new InvalidDataException($"offset {from}: a step of {step} bytes leaves the file");
}
