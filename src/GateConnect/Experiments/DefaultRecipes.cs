// The recipes that apply where nothing is asked for. The quick job ({20,4,8}, K = 4, Fashion-MNIST at 14 x 14, 30,000
// images, 2 epochs, no augmentation) has to end within five minutes on two cores with AVX2; README.md has its measured time.
using GateConnect.Data;
using GateConnect.Training;

namespace GateConnect.Experiments;

/// <summary>Default recipes by dataset.</summary>
public static class DefaultRecipes
{
    /// <summary>Side of the images in the default job: half of Fashion-MNIST's own, the exact mean of 2x2 pixels.</summary>
    public const int QuickImageSize = 14;

    /// <summary>Training images of the default job.</summary>
    public const int QuickTrainImages = 30_000;

    /// <summary>Epochs of the default job.</summary>
    public const int QuickEpochs = 2;

    /// <summary>
    /// The default recipe for a dataset: {20,4,8}, learned, K = 4. Fashion-MNIST is the quick job; the others take all
    /// images at their own size, and ten epochs.
    /// </summary>
    public static Recipe For(DatasetKind kind)
    {
        var recipe = new Recipe { Data = new DataRecipe { Dataset = kind.Text() } };
        return kind != DatasetKind.FashionMnist ? recipe : recipe with
        {
            Data = recipe.Data with { ImageSize = QuickImageSize, TrainLimit = QuickTrainImages, Augmentation = "none" },
            Training = recipe.Training with { Epochs = QuickEpochs },
        };
    }
}
