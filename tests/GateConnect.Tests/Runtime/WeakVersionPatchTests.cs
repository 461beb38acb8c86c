// Making a library do without a symbol version: what changes, what stays, and what is refused.
using CsCheck;
using GateConnect.Runtime;

namespace GateConnect.Tests.Runtime;

public sealed class WeakVersionPatchTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gateconnect-elf-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Every_version_asked_for_is_read_with_its_library_and_place()
    {
        VersionNeed[] expected =
        [
            new("libstdc++.so.6", "OLD_1", TinyElf.FirstFlags, 0),
            new("libstdc++.so.6", "NEW_2", TinyElf.SecondFlags, 0),
        ];
        Assert.Equal(expected, VersionNeeds.Read(new ElfImage(TinyElf.Create())));
    }

    [Fact]
    public void Marking_a_version_weak_changes_that_one_flag_and_nothing_else()
    {
        var bytes = TinyElf.Create();
        Assert.True(WeakVersionPatch.Mark(bytes, "NEW_2"));
        var expected = TinyElf.Create();
        expected[TinyElf.SecondFlags] = 2;
        Assert.Equal(expected, bytes);
    }

    [Fact]
    public void Marking_twice_or_an_absent_version_changes_nothing()
    {
        var bytes = TinyElf.Create();
        WeakVersionPatch.Mark(bytes, "NEW_2");
        Assert.False(WeakVersionPatch.Mark(bytes, "NEW_2"));
        Assert.False(WeakVersionPatch.Mark(bytes, "NEWER_3"));
    }

    [Fact]
    public void The_patched_file_keeps_length_time_and_mode_and_the_file_it_replaces_is_never_written()
    {
        var path = Path.Combine(folder, "lib.so");
        File.WriteAllBytes(path, TinyElf.Create());
        var (time, mode) = (new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc), File.GetUnixFileMode(path));
        File.SetLastWriteTimeUtc(path, time);
        // An open handle sees the file as a hard link in a package cache would: by inode, not by name.
        using var replaced = File.OpenRead(path);

        Assert.True(WeakVersionPatch.Apply(path, "NEW_2"));

        var untouched = new byte[TinyElf.Create().Length];
        replaced.ReadExactly(untouched);
        Assert.Equal(TinyElf.Create(), untouched);
        Assert.Equal(2, File.ReadAllBytes(path)[TinyElf.SecondFlags]);
        Assert.Equal((time, mode), (File.GetLastWriteTimeUtc(path), File.GetUnixFileMode(path)));
        Assert.Equal([path], Directory.GetFiles(folder));
    }

    // The library beside these tests may be patched or not, as this system needs; its copy here is made as it came first.
    [Fact]
    public void The_library_of_TorchSharp_does_without_the_version_after_one_changed_byte()
    {
        const string version = "GLIBCXX_3.4.32";
        var came = File.ReadAllBytes(NativeFolder.Find("libLibTorchSharp.so")!);
        var need = VersionNeeds.Read(new ElfImage(came)).Single(need => need.Version == version);
        came[need.FlagsOffset] = 0;
        var path = Path.Combine(folder, "libLibTorchSharp.so");
        File.WriteAllBytes(path, came);

        Assert.True(WeakVersionPatch.Apply(path, version));

        var patched = File.ReadAllBytes(path);
        Assert.Equal([need.FlagsOffset], Enumerable.Range(0, came.Length).Where(at => came[at] != patched[at]));
        Assert.Equal([version], VersionNeeds.Read(new ElfImage(patched)).Where(other => other.IsWeak).Select(other => other.Version));
        Assert.False(WeakVersionPatch.Apply(path, version));
    }

    [Fact]
    public void Many_patching_at_once_end_with_one_good_file()
    {
        var path = Path.Combine(folder, "lib.so");
        File.WriteAllBytes(path, TinyElf.Create());
        Parallel.For(0, 16, _ => WeakVersionPatch.Apply(path, "NEW_2"));
        Assert.False(WeakVersionPatch.Apply(path, "NEW_2"));
        Assert.Equal([path], Directory.GetFiles(folder));
    }

    [Fact]
    public void A_library_cut_short_anywhere_is_refused_or_read_as_far_as_it_goes_but_never_crashes()
    {
        var whole = TinyElf.Create();
        for (var length = 0; length < whole.Length; length++)
        {
            Tolerates(whole[..length]);
        }
        Assert.Throws<InvalidDataException>(() => WeakVersionPatch.Mark(whole[..200], "NEW_2"));
    }

    [Fact]
    public void A_library_with_damaged_bytes_never_crashes() =>
        Gen.Select(Gen.Int[4, TinyElf.Create().Length - 1], Gen.Byte, Gen.Int[4, TinyElf.Create().Length - 1], Gen.Byte)
            .Sample((first, one, second, two) =>
            {
                var bytes = TinyElf.Create();
                (bytes[first], bytes[second]) = (one, two);
                Tolerates(bytes);
            });

    [Theory]
    [InlineData("")]
    [InlineData("not a library, but long enough to hold the sixty-four bytes of a header")]
    public void Garbage_is_refused_with_its_offset(string text)
    {
        var failure = Assert.Throws<InvalidDataException>(() => new ElfImage(System.Text.Encoding.ASCII.GetBytes(text)));
        Assert.Equal("offset 0: not an ELF file", failure.Message);
    }

    [Fact]
    public void A_32_bit_library_is_refused()
    {
        var bytes = TinyElf.Create();
        bytes[4] = 1;
        Assert.Throws<InvalidDataException>(() => new ElfImage(bytes));
    }

    private static void Tolerates(byte[] bytes)
    {
        var before = bytes.Length;
        try
        {
            WeakVersionPatch.Mark(bytes, "NEW_2");
        }
        catch (InvalidDataException)
        {
        }
        Assert.Equal(before, bytes.Length);
    }
}
