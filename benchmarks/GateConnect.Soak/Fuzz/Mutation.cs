// Damage as files meet it and as attackers make it: flipped bits, numbers at their limits, pieces cut out, doubled, moved or
// made up, files cut short. A pure function of its generator.
using System.Buffers.Binary;

namespace GateConnect.Soak.Fuzz;

/// <summary>Changes files.</summary>
internal static class Mutation
{
    private static readonly ulong[] Limits =
        [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x8000_0000, 0x7FFF_FFFF_FFFF_FFFF, ulong.MaxValue];

    /// <summary>A changed copy, by one to four changes of random kinds.</summary>
    public static byte[] Of(byte[] file, Random random)
    {
        var bytes = file;
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            bytes = One(bytes, random);
        }
        return bytes;
    }

    private static byte[] One(byte[] bytes, Random random)
    {
        if (bytes.Length == 0)
        {
            return Made(random, 64);
        }
        // Half of all places lie in the first kilobyte, where formats keep what they say of themselves.
        var at = random.Next(random.Next(2) == 0 ? Math.Min(bytes.Length, 1024) : bytes.Length);
        var length = Math.Min(bytes.Length - at, 1 << random.Next(12));
        return random.Next(8) switch
        {
            0 => With(bytes, copy => copy[at] ^= (byte)(1 << random.Next(8))),
            1 => With(bytes, copy => copy[at] = (byte)random.Next(256)),
            2 => With(bytes, copy => Limit(copy.AsSpan(at), random)),
            3 => [.. bytes[..at], .. bytes[(at + length)..]],
            4 => [.. bytes[..at], .. bytes[at..(at + length)], .. bytes[at..]],
            5 => [.. bytes[..at], .. Made(random, length), .. bytes[at..]],
            6 => bytes[..at],
            _ => With(bytes, copy => Made(random, length).CopyTo(copy.AsSpan(at))),
        };
    }

    private static void Limit(Span<byte> place, Random random)
    {
        var value = Limits[random.Next(Limits.Length)] + (ulong)random.Next(-1, 2);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(number, value);
        var width = Math.Min(place.Length, 1 << random.Next(4));
        number[..width].CopyTo(place);
        if (random.Next(2) == 0)
        {
            place[..width].Reverse();
        }
    }

    private static byte[] Made(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] With(byte[] bytes, Action<byte[]> change)
    {
        var copy = (byte[])bytes.Clone();
        change(copy);
        return copy;
    }
}
