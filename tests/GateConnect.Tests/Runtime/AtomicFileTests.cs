// A file is there whole or not at all, and whatever went wrong is told with its path.
using System.Text;
using GateConnect.Runtime;

namespace GateConnect.Tests.Runtime;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gateconnect-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_was_written_is_read_back_without_a_byte_order_mark_and_leaves_nothing_beside_it()
    {
        var path = Path.Combine(folder, "new", "text.json");

        AtomicFile.WriteAllText(path, "né\n");

        Assert.Equal(Encoding.UTF8.GetBytes("né\n"), File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_failure_while_writing_leaves_the_old_file_and_no_other()
    {
        var path = Path.Combine(folder, "model");
        AtomicFile.WriteAllText(path, "old");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write("half"u8);
            throw new InvalidOperationException();
        }));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void The_new_file_is_not_seen_before_it_is_complete()
    {
        var path = Path.Combine(folder, "model");
        AtomicFile.WriteAllText(path, "old");

        AtomicFile.Write(path, stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(path));
        });

        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void A_full_disk_is_told_with_path_volume_and_bytes()
    {
        var path = Path.Combine(folder, "model");

        var failure = Assert.Throws<OutputException>(() => AtomicFile.Write(path, _ => throw SystemErrors.FullVolume()));

        Assert.StartsWith($"{path}: cannot be written (No space left on device); volume /", failure.Message, StringComparison.Ordinal);
        Assert.Contains("bytes free but takes no more of 1", failure.Message, StringComparison.Ordinal);
        Assert.Equal(OutputFailure.NoSpace, failure.Failure);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void A_file_that_has_no_room_is_not_begun_and_the_bytes_missing_are_told()
    {
        var path = Path.Combine(folder, "model");
        var free = new DriveInfo(folder).AvailableFreeSpace;

        var failure = Assert.Throws<OutputException>(() => AtomicFile.Write(path, _ => Assert.Fail("begun"), long.MaxValue));

        var figure = System.Text.RegularExpressions.Regex.Match(failure.Message, "([0-9,]+) of 9,223,372,036,854,775,807 are missing").Groups[1].Value;
        var missing = long.Parse(figure.Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(missing, long.MaxValue - free - (1L << 30), long.MaxValue - free + (1L << 30)); // others write to the disk too
        Assert.Equal(OutputFailure.NoSpace, failure.Failure);
    }

    [Fact]
    public void What_a_killed_writer_left_is_removed_and_nothing_else()
    {
        string[] kept = [Path.Combine(folder, ".lock"), Path.Combine(folder, "model"), Path.Combine(folder, "notes.tmp")];
        Array.ForEach([.. kept, Path.Combine(folder, ".model.17-3.tmp")], file => File.WriteAllText(file, ""));

        AtomicFile.RemoveLeftovers(folder);
        AtomicFile.RemoveLeftovers(Path.Combine(folder, "none"));

        Assert.Equal(kept, Directory.GetFileSystemEntries(folder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_folder_in_the_way_and_a_file_for_a_folder_are_told_with_their_path()
    {
        var occupied = Directory.CreateDirectory(Path.Combine(folder, "occupied")).FullName;
        var file = Path.Combine(folder, "file");
        File.WriteAllText(file, "");

        foreach (var path in (string[])[occupied, Path.Combine(file, "model"), "/proc/model"])
        {
            var failure = Assert.Throws<OutputException>(() => AtomicFile.WriteAllText(path, "text"));
            Assert.StartsWith(path, failure.Message, StringComparison.Ordinal);
        }
        Assert.Equal([file, occupied], Directory.GetFileSystemEntries(folder).Order(StringComparer.Ordinal));
    }
}
