using static WreSkills.Scanning.SecretRule;

namespace WreSkills.Scanning;

/// <summary>Credentials of git hosts, package registries and build servers.</summary>
internal static class DeveloperSecrets
{
    private const string Uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

    /// <summary>Those whose last six characters are a checksum of the others (<see cref="SecretChecksum"/>).</summary>
    public static IReadOnlyList<SecretRule> Checked { get; } =
    [
        Token("github-pat", "GitHub personal access token", "ghp_", "ghp_[A-Za-z0-9]{36}", 3.5),
        Token("github-oauth", "GitHub OAuth token", "gho_", "gho_[A-Za-z0-9]{36}", 3.5),
        Token("github-user-token", "GitHub user-to-server token", "ghu_", "ghu_[A-Za-z0-9]{36}", 3.5),
        Token("github-server-token", "GitHub server-to-server token", "ghs_", "ghs_[A-Za-z0-9]{36}", 3.5),
        Token("github-refresh-token", "GitHub refresh token", "ghr_", "ghr_[A-Za-z0-9]{36}", 3.5),
        Token("npm-token", "npm access token", "npm_", "npm_[A-Za-z0-9]{36}", 3.5),
    ];

    public static IReadOnlyList<SecretRule> All { get; } =
    [
        .. Checked,
        Token("github-fine-pat", "GitHub fine-grained token", "github_pat_", "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}", 3.8),
        Token("gitlab-pat", "GitLab personal access token", "glpat-", "glpat-[A-Za-z0-9_-]{20}(?:[A-Za-z0-9_-]{7,200}\\.[0-9a-z]{9})?", 3),
        Token("gitlab-deploy-token", "GitLab deploy token", "gldt-", "gldt-[A-Za-z0-9_-]{20}", 3),
        Token("gitlab-runner-token", "GitLab runner token", "glrt-|glrtr-", "glrtr?-[A-Za-z0-9_-]{20,80}", 3),
        Token("gitlab-registration-token", "GitLab runner registration token", "gr1348941", "GR1348941[A-Za-z0-9_-]{20}", 3),
        Token("gitlab-trigger-token", "GitLab trigger token", "glptt-", "glptt-[0-9a-f]{40}"),
        Token("gitlab-job-token", "GitLab CI job token", "glcbt-", "glcbt-[A-Za-z0-9]{1,5}_[A-Za-z0-9_-]{20}", 3),
        Token("gitlab-feed-token", "GitLab feed token", "glft-", "glft-[A-Za-z0-9_-]{20}", 3),
        Token("gitlab-mail-token", "GitLab incoming mail token", "glimt-", "glimt-[A-Za-z0-9_-]{25}", 3),
        Token("gitlab-agent-token", "GitLab agent token", "glagent-", "glagent-[A-Za-z0-9_-]{50}", 3.5),
        Token("gitlab-scim-token", "GitLab SCIM token", "glsoat-", "glsoat-[A-Za-z0-9_-]{20}", 3),
        Token("bitbucket-token", "Bitbucket access token", "atctt3xffg", "ATCTT3xFfG[A-Za-z0-9+/=_-]{100,300}=[A-F0-9]{8}", 3.8),
        Token("bitbucket-app-password", "Bitbucket app password", "atbb", "ATBB[A-Za-z0-9]{32}", 3.5),
        Token("atlassian-token", "Atlassian API token", "atatt3xffgf0", "ATATT3xFfGF0[A-Za-z0-9_-]{100,250}=[A-F0-9]{8}", 3.8),
        Assigned("gitea-token", "Gitea or Forgejo token", "gitea|forgejo|codeberg", "[a-f0-9]{40}"),
        Token("sourcegraph-token", "Sourcegraph token", "sgp_", "sgp_(?:(?:[a-f0-9]{16}|local)_)?[a-f0-9]{40}"),
        Assigned("npm-registry-uuid", "npm token of an .npmrc file", ":_authtoken", Uuid),
        Token("pypi-token", "PyPI token", "pypi-age", "pypi-AgE[A-Za-z0-9_-]{80,400}", 3.8),
        Token("rubygems-key", "RubyGems API key", "rubygems_", "rubygems_[a-f0-9]{48}"),
        Token("nuget-key", "NuGet API key", "oy2", "oy2[a-z0-9]{43}", 3.5),
        Token("crates-token", "crates.io token", "cio", "cio[A-Za-z0-9]{32}", 4),
        Token("docker-token", "Docker Hub token", "dckr_pat_|dckr_oat_", "dckr_[po]at_[A-Za-z0-9_-]{27,32}", 3.5),
        Token("clojars-token", "Clojars token", "clojars_", "CLOJARS_[a-z0-9]{60}", 3.5),
        Token("artifactory-key", "Artifactory API key", "akcp", "AKCp[A-Za-z0-9]{69}", 4),
        Token("artifactory-reference", "Artifactory reference token", "cmvmdgtu", "cmVmdGtu[A-Za-z0-9]{56}", 3.8),
        Token("jetbrains-token", "JetBrains permanent token", "perm:|perm-", @"perm[:-][A-Za-z0-9+/=]{8,60}\.[A-Za-z0-9+/=-]{4,60}\.[A-Za-z0-9]{30,50}", 3.8),
        Token("circleci-token", "CircleCI token", "ccipat_|ccipra_", "CCIP(?:AT|RA)_[A-Za-z0-9]{22}_[a-f0-9]{40}", 3.5),
        Assigned("circleci-token-earlier", "CircleCI token, earlier form", "circleci|circle_token", "[a-f0-9]{40}"),
        Assigned("travis-token", "Travis CI token", "travis", "[A-Za-z0-9_-]{22}", 3.6),
        Token("buildkite-token", "Buildkite token", "bkua_|bkct_|bkaj_", "bk(?:ua|ct|aj)_[a-f0-9]{40}"),
        Assigned("codecov-token", "Codecov token", "codecov", $"(?:{Uuid}|[a-z0-9]{{32}})"),
        Token("sonarqube-token", "SonarQube token", "sqp_|squ_|sqa_", "sq[pua]_[a-f0-9]{40}"),
        Assigned("drone-token", "Drone CI token", "drone_token|drone_server_token", "[A-Za-z0-9]{32}", 3.6),
        Assigned("jenkins-token", "Jenkins API token", "jenkins", "11[a-f0-9]{32}"),
        Token("octopus-key", "Octopus Deploy key", "api-", "API-[A-Z0-9]{26,31}", 3.3),
        Assigned("snyk-token", "Snyk token", "snyk", Uuid),
        Token("harness-token", "Harness token", "pat.|sat.", @"[ps]at\.[A-Za-z0-9_-]{22}\.[0-9a-f]{24}\.[A-Za-z0-9]{20}", 3.8),
        Token("prefect-key", "Prefect API key", "pnu_", "pnu_[A-Za-z0-9]{36}", 3.5),
        Token("dbt-token", "dbt Cloud token", "dbtc_|dbtu_|dbts_", "dbt[cus]_[A-Za-z0-9_-]{36,60}={0,2}", 3.5),
        Token("figma-token", "Figma token", "figd_", "figd_[A-Za-z0-9_-]{40}", 3.5),
        Token("linear-key", "Linear API key", "lin_api_|lin_oauth_", "lin_(?:api|oauth)_[A-Za-z0-9]{40,64}", 3.5),
        Token("notion-token", "Notion token", "ntn_", "ntn_[0-9]{11}[A-Za-z0-9]{35}", 3.5),
        Token("notion-token-earlier", "Notion token, earlier form", "secret_", "secret_[A-Za-z0-9]{43}", 4),
        Assigned("airtable-token", "Airtable token", "airtable", @"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}", 3.5),
        Token("trello-token", "Trello token", "atta", "ATTA[a-f0-9]{72}", 3),
        Assigned("trello-key", "Trello API key", "trello", "[a-f0-9]{32}"),
        Token("clickup-token", "ClickUp token", "pk_", "pk_[0-9]{6,10}_[A-Z0-9]{32}", 3.5),
        Assigned("asana-token", "Asana token", "asana", "(?:[0-9a-f]{32}|[0-2]/[0-9]{10,20}(?:/[0-9]{10,20})?:[0-9a-f]{32})"),
        Token("typeform-token", "Typeform token", "tfp_", "tfp_[A-Za-z0-9_.=-]{59}", 3.5),
        Token("dropbox-token", "Dropbox token", "sl.", @"sl\.(?:u\.)?[A-Za-z0-9_-]{130,1200}", 4),
        Token("duffel-token", "Duffel token", "duffel_", "duffel_(?:test|live)_[A-Za-z0-9_=-]{43}", 3.5),
    ];
}
