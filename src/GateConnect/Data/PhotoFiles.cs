// Photos that stay files and are decoded whenever they are asked for: memory does not grow with their number. Read through once before
// anything is learned, so that a damaged file is known at the start; a bounded part of them may stay decoded.
using System.Security.Cryptography;
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>What is known of a photo after it was read once: of its centred square, as <see cref="ImageDataset.Pixels"/> gives it.</summary>
/// <param name="Hash">SHA-256 of the square.</param>
/// <param name="Sums">Per channel, of all values.</param>
/// <param name="Squares">Per channel, of the squares of all values.</param>
internal sealed record PhotoFacts(byte[] Hash, long[] Sums, long[] Squares);

/// <summary>Files of images, by their place in the list. Thread-safe.</summary>
/// <param name="files">Their paths.</param>
/// <param name="decoder">Decodes them.</param>
/// <param name="cacheBytes">The most that decoded photos may take together; 0 for none.</param>
internal sealed class PhotoFiles(string[] files, ImageDecoder decoder, long cacheBytes)
{
    private readonly Photo?[] kept = new Photo?[files.Length];
    private readonly PhotoFacts?[] facts = new PhotoFacts?[files.Length];
    private long keptBytes;

    /// <summary>The shape of every image.</summary>
    internal ImageShape Shape => decoder.Shape;

    /// <summary>The bound of what stays decoded.</summary>
    internal long CacheBytes => cacheBytes;

    /// <summary>How many bytes do.</summary>
    internal long KeptBytes => Interlocked.Read(ref keptBytes);

    /// <summary>Reads all of them once.</summary>
    /// <returns>Whether each can be decoded, and what is wrong with those that cannot.</returns>
    /// <exception cref="DataException">A file is undecodable and the policy is to fail.</exception>
    internal DecodedImages<PhotoFacts> Survey(ImageFolderOptions options)
    {
        var found = ParallelDecoding.Run(files, options, index => Facts(Square(index)));
        found.Images.CopyTo(facts, 0);
        return found;
    }

    /// <summary>What <see cref="Survey"/> found.</summary>
    internal PhotoFacts FactsOf(int place) => facts[place]!;

    /// <summary>The centred square, [channels, side, side].</summary>
    /// <exception cref="DataException">The file has become undecodable.</exception>
    internal byte[] Square(int place) => decoder.Square(Read(place));

    /// <summary>A random rectangle of the whole photo, stretched to [channels, side, side].</summary>
    /// <exception cref="DataException">The file has become undecodable.</exception>
    internal byte[] RandomCrop(int place, AreaRange area, SeededRandom random)
    {
        var photo = Read(place);
        return decoder.Crop(photo, ResizedCrop.Draw(area, new ImageShape(Photo.Channels, photo.Height, photo.Width), random));
    }

    // Every epoch asks for every photo once. So the first ones that fit stay: to give one up for a newer would keep neither until
    // its turn comes.
    private Photo Read(int place)
    {
        if (kept[place] is { } known)
        {
            return known;
        }
        var photo = decoder.Read(files[place]);
        if (Interlocked.Add(ref keptBytes, photo.Pixels.Length) > cacheBytes
            || Interlocked.CompareExchange(ref kept[place], photo, null) is not null)
        {
            Interlocked.Add(ref keptBytes, -photo.Pixels.Length);
        }
        return photo;
    }

    private PhotoFacts Facts(byte[] square)
    {
        var (sums, squares) = (new long[Shape.Channels], new long[Shape.Channels]);
        var plane = Shape.Height * Shape.Width;
        for (var at = 0; at < square.Length; at++)
        {
            long value = square[at];
            sums[at / plane] += value;
            squares[at / plane] += value * value;
        }
        return new PhotoFacts(SHA256.HashData(square), sums, squares);
    }
}
