namespace WreSkills.Scanning;

/// <summary>All kinds of secrets that are known.</summary>
internal static class SecretRules
{
    public static readonly SecretRule PrivateKey = SecretRule.Read("private-key", "Private key", "-----begin");
    public static readonly SecretRule PuttyKey = SecretRule.Token("putty-key", "PuTTY private key", "private-lines:", @"Private-Lines: [0-9]{1,3}\s+[A-Za-z0-9+/=]{40}[A-Za-z0-9+/=\s]*");
    public static readonly SecretRule UrlPassword = SecretRule.Read("url-password", "Password in a URL", "://");
    public static readonly SecretRule BasicHeader = SecretRule.Read("basic-auth", "Basic authentication header", "basic ");
    public static readonly SecretRule BearerHeader = SecretRule.Token("bearer-token", "Bearer token", "bearer ", @"[Bb]earer [A-Za-z0-9._~+/-]{24,1000}={0,2}", 3.6);
    public static readonly SecretRule Jwt = SecretRule.Read("jwt", "JSON Web Token", "eyj");
    public static readonly SecretRule CurlUser = SecretRule.Read("curl-user", "User and password of a request", " -u | --user ");
    public static readonly SecretRule Netrc = SecretRule.Read("netrc", "Password of a .netrc file", "machine ");
    public static readonly SecretRule DockerAuth = SecretRule.Read("docker-auth", "Registry login of Docker", "\"auth\"");
    public static readonly SecretRule GenericKey = SecretRule.Read(
        "generic-key", "Key or token in an assignment",
        "api_key|apikey|api-key|secret|token|access_key|accesskey|access-key|auth_key|authkey|private_key|signing_key|encryption_key|credential|client_key|service_key|master_key|app_key|appkey|webhook_key", 3.4);

    public static readonly SecretRule GenericPassword = SecretRule.Read("generic-password", "Password in an assignment", "password|passwd|passphrase|_pwd|_pass", 2.8);

    /// <summary>Every rule, specific ones before generic ones.</summary>
    public static IReadOnlyList<SecretRule> All { get; } =
    [
        .. CloudSecrets.All, .. PlatformSecrets.All, .. DeveloperSecrets.All, .. ModelSecrets.All, .. BusinessSecrets.All, .. MessageSecrets.All,
        PrivateKey, PuttyKey, UrlPassword, BasicHeader, Jwt, CurlUser, Netrc, DockerAuth, BearerHeader, GenericKey, GenericPassword,
    ];
}
