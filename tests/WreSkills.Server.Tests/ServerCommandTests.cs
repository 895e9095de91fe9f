namespace WreSkills.Server.Tests;

/// <summary>The command line of <c>wre-server</c>: above all, where it refuses to listen.</summary>
public sealed class ServerCommandTests
{
    private const string Token = "0123456789abcdef";

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://localhost:5190")]
    [InlineData("http://[::1]:5190;http://127.0.0.2:80")]
    public void Loopback_needs_no_token(string urls) => Assert.Equal(urls.Split(';').Length, Parse(null, "--urls", urls)!.Addresses.Count);

    [Theory]
    [InlineData("http://0.0.0.0:5190")]
    [InlineData("http://[::]:5190")]
    [InlineData("http://127.0.0.1:1;http://192.168.1.5:1")]
    [InlineData("http://skills.example:80")]
    [InlineData("http://localhost.example")]
    public void Elsewhere_takes_a_token(string urls)
    {
        Assert.Contains("can be reached from other machines", Assert.Throws<WreException>(() => Parse(null, "--urls", urls)).Message, StringComparison.Ordinal);
        Assert.NotEmpty(Parse(Token, "--urls", urls)!.Addresses);
    }

    [Theory]
    [InlineData("has 5 characters", "short")]
    [InlineData("is no address", Token, "--urls", "5190")]
    [InlineData("is no address", Token, "--urls", "http://*:5190")]
    [InlineData("is no address", Token, "--urls", "ftp://127.0.0.1")]
    [InlineData("names no address", Token, "--urls", ";")]
    [InlineData("needs a value", Token, "--urls")]
    [InlineData("knows no argument '--port'", Token, "--port", "1")]
    [InlineData("There is no folder", Token, "--workspace", "/nowhere/at/all")]
    public void Mistakes_are_told(string expected, string token, params string[] arguments) =>
        Assert.Contains(expected, Assert.Throws<WreException>(() => Parse(token, arguments)).Message, StringComparison.Ordinal);

    [Fact]
    public void Help_is_asked_for() => Assert.Null(Parse(null, "--help"));

    [Fact]
    public void Without_arguments_it_listens_on_the_loopback_interface()
    {
        var command = Parse(null, "--workspace", AppContext.BaseDirectory, "--allow-host", "skills.example")!;
        Assert.Equal("127.0.0.1", Assert.Single(command.Addresses).Host);
        Assert.Equal(["skills.example"], command.Hosts);
    }

    private static ServerCommand? Parse(string? token, params string[] arguments) => ServerCommand.Parse(arguments, token);
}
