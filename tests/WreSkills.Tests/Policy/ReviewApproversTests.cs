using WreSkills.Policy;

namespace WreSkills.Tests.Policy;

public sealed class ReviewApproversTests
{
    [Theory]
    [InlineData("approvers: []\n")]
    [InlineData("approvers:\n")]
    public void Empty_list_of_approvers_is_not_the_default_one(string text) =>
        Assert.Contains(Assert.Throws<WreException>(() => PolicyDocument.Parse(text, "policy.yaml")).Problems, problem => problem.Contains("approvers", StringComparison.Ordinal));

    [Fact]
    public void Absent_list_is_the_policys_own() => Assert.NotNull(PolicyDocument.Parse("version: \"1.0\"\n", "policy.yaml").FindApprover("0102", Approver.Promote));
}
