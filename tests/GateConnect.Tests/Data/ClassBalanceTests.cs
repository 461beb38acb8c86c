// Class balance: what is said, when, and the weights that undo it.
using GateConnect.Data;

namespace GateConnect.Tests.Data;

public sealed class ClassBalanceTests
{
    [Fact]
    public void An_imbalance_is_described_in_one_line() => Assert.Equal(
        "classes are imbalanced: 'class1' has 4 images, 'class0' 2 (2.0 times as many)",
        ClassBalance.Of(TestImages.Labelled(0, 0, 1, 1, 1, 1)).Describe());

    [Fact]
    public void A_small_imbalance_is_not_worth_a_word()
    {
        Assert.Null(ClassBalance.Of(TestImages.Labelled(0, 0, 1, 1, 1)).Describe());
        Assert.Equal([2, 3], ClassBalance.Of(TestImages.Labelled(0, 0, 1, 1, 1)).Counts);
        Assert.Equal(1.5, ClassBalance.Of(TestImages.Labelled(0, 0, 1, 1, 1)).ImbalanceRatio);
    }

    [Fact]
    public void Weights_have_mean_one_and_give_every_class_the_same_say()
    {
        var weights = ClassBalance.Of(TestImages.Labelled(0, 1, 1, 1)).ClassWeights();
        Assert.Equal([1.5f, 0.5f], weights); // 1 * 1.5 = 3 * 0.5
    }

    [Fact]
    public void A_class_without_images_weighs_nothing()
    {
        var balance = ClassBalance.Of(TestImages.Labelled(0, 2));
        Assert.Equal([1f, 0f, 1f], balance.ClassWeights());
        Assert.Equal("classes are imbalanced: 'class0' has 1 images, 'class1' 0", balance.Describe());
    }
}
