using DynamosStream.Learner;

namespace DynamosStream.Tests.Evaluation;

public sealed class ConfusionMatrixTests
{
    [Fact]
    public void Add_SomePredictions_CountsByLabelAndPrediction()
    {
        var matrix = new ConfusionMatrix(3);
        foreach (var (predicted, label) in new[] { (0, 0), (1, 0), (1, 0), (2, 2) })
            matrix.Add(predicted, label);

        Assert.Equal(1, matrix[0, 0]);
        Assert.Equal(2, matrix[0, 1]);
        Assert.Equal(0, matrix[1, 0]);
        Assert.Equal(1, matrix[2, 2]);
        Assert.Equal(4, matrix.Total);
        Assert.Equal(2, matrix.Correct);
        Assert.Equal(0.5, matrix.Accuracy);
        Assert.Equal(1.0 / 3, matrix.ClassAccuracy(0));
        Assert.Null(matrix.ClassAccuracy(1));
        Assert.Equal(1.0, matrix.ClassAccuracy(2));
    }

    [Fact]
    public void Accuracy_BeforeTheFirst_IsZero() => Assert.Equal(0, new ConfusionMatrix(2).Accuracy);

    [Fact]
    public void Kappa_CohensExample_IsTheAgreementBeyondChance()
    {
        // Labels 25 : 25, predictions 30 : 20, 35 of 50 right: (0.7 - 0.5) / (1 - 0.5).
        var matrix = new ConfusionMatrix(2);
        foreach (var (predicted, label, times) in new[] { (0, 0, 20), (1, 0, 5), (0, 1, 10), (1, 1, 15) })
        {
            for (var i = 0; i < times; i++)
                matrix.Add(predicted, label);
        }

        Assert.Equal(0.4, matrix.Kappa, 1e-12);
    }

    [Fact]
    public void Kappa_AllRightAllWrongOrOneClassOnly_IsOneBelowZeroOrZero()
    {
        Assert.Equal(1, Of((0, 0), (1, 1), (2, 2)).Kappa);
        Assert.Equal(-1, Of((0, 1), (1, 0)).Kappa);
        Assert.Equal(0, Of((1, 1), (1, 1)).Kappa);
        Assert.Equal(0, Of((1, 1), (1, 0)).Kappa);
        Assert.Equal(0, Of().Kappa);
    }

    [Fact]
    public void Remove_WhatWasAdded_LeavesTheRest()
    {
        var matrix = Of((0, 0), (1, 0), (2, 2));
        matrix.Remove(1, 0);
        Assert.Equal((2, 2, 1.0), (matrix.Total, matrix.Correct, matrix.Kappa));
        Assert.Equal(1.0, matrix.ClassAccuracy(0));
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(0, 3)]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    public void Add_ClassOutOfRange_ThrowsAndCountsNothing(int predicted, int label)
    {
        var matrix = new ConfusionMatrix(3);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Add(predicted, label));
        Assert.Contains("from 0 to 2", error.Message);
        Assert.Equal(0, matrix.Total);
    }

    [Fact]
    public void Constructor_OneClass_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new ConfusionMatrix(1));

    private static ConfusionMatrix Of(params (int Predicted, int Label)[] predictions)
    {
        var matrix = new ConfusionMatrix(3);
        foreach (var (predicted, label) in predictions)
            matrix.Add(predicted, label);
        return matrix;
    }
}
