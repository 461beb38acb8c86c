// Small images with a structure that a small network learns in seconds: stripes in four directions, at a random phase
// and under noise.
using GateConnect.Data;
using GateConnect.Runtime;

namespace GateConnect.Tests.Training;

internal static class Stripes
{
    /// <summary>Grey images of 8x8 pixels in four classes that take turns; noise in grey levels, the stripes are 85 apart.</summary>
    internal static ImageDataset Draw(int count, ulong seed, double noise = 40)
    {
        var random = new Seeds(seed).Generator("stripes");
        var (pixels, labels) = (new byte[count][], new int[count]);
        for (var image = 0; image < count; image++)
        {
            labels[image] = image % 4;
            var phase = random.NextInt(4);
            pixels[image] = [.. Enumerable.Range(0, 64).Select(pixel =>
            {
                var (row, column) = Math.DivRem(pixel, 8);
                var across = labels[image] switch { 0 => column, 1 => row, 2 => row + column, _ => column - row + 8 };
                return (byte)Math.Clamp(((across + phase) % 4 < 2 ? 170 : 85) + (noise * random.NextNormal()), 0, 255);
            })];
        }
        return new ImageDataset("stripes", new ImageShape(1, 8, 8), ["upright", "level", "rising", "falling"], pixels, labels);
    }
}
