namespace DynamosStream.Tests.Learners;

public sealed class SgdLearnerTests : LearnerContractTests
{
    protected override string LearnerName => "sgd";
}

public sealed class ErLearnerTests : LearnerContractTests
{
    protected override string LearnerName => "er";
}

public sealed class DerLearnerTests : LearnerContractTests
{
    protected override string LearnerName => "der";
}

public sealed class DerppLearnerTests : LearnerContractTests
{
    protected override string LearnerName => "derpp";
}

public sealed class DynamosLearnerTests : LearnerContractTests
{
    protected override string LearnerName => "dynamos";
}

public sealed class ErPlusLearnerTests : LearnerContractTests
{
    protected override string LearnerName => "er+";
}

public sealed class DerppPlusLearnerTests : LearnerContractTests
{
    protected override string LearnerName => "derpp+";
}

public sealed class DynamosPlusLearnerTests : LearnerContractTests
{
    protected override string LearnerName => "dynamos+";
}
