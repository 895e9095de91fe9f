using static WreSkills.Scanning.SecretRule;

namespace WreSkills.Scanning;

/// <summary>Credentials of monitoring, identity and content services.</summary>
internal static class PlatformSecrets
{
    private const string Uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

    public static IReadOnlyList<SecretRule> All { get; } =
    [
        Token("grafana-cloud-token", "Grafana Cloud token", "glc_", "glc_[A-Za-z0-9+/]{32,400}={0,2}", 3.5),
        Token("grafana-service-token", "Grafana service account token", "glsa_", "glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}", 3.5),
        Token("grafana-api-key", "Grafana API key", "eyjrijoi", "eyJrIjoi[A-Za-z0-9]{60,400}={0,2}", 3.5),
        Token("newrelic-user-key", "New Relic user key", "nrak-", "NRAK-[A-Z0-9]{27}", 3),
        Token("newrelic-insert-key", "New Relic insert key", "nrii-", "NRII-[A-Za-z0-9_-]{32}", 3.5),
        Assigned("datadog-key", "Datadog key", "datadog|dd_api_key|dd_app_key", "(?:[a-f0-9]{40}|[a-f0-9]{32})"),
        Token("sentry-org-token", "Sentry organization token", "sntrys_", "sntrys_eyJpYXQiO[A-Za-z0-9+/=_]{80,400}", 3.5),
        Token("sentry-user-token", "Sentry user token", "sntryu_", "sntryu_[a-f0-9]{64}"),
        Assigned("sentry-token-earlier", "Sentry token, earlier form", "sentry_auth|sentry_token", "[a-f0-9]{64}"),
        Token("honeycomb-key", "Honeycomb ingest key", "hcaik_|hcbik_|hcxik_", "hc[abx]ik_[a-z0-9]{58}", 3.5),
        Token("dynatrace-token", "Dynatrace token", "dt0c01.|dt0s16.", @"dt0(?:c01|s16)\.[A-Z0-9]{8,24}\.[A-Z0-9]{64}", 3.5),
        Assigned("sumologic-key", "Sumo Logic access key", "sumologic|sumo_logic|sumo_access", "[A-Za-z0-9]{64}", 4),
        Assigned("splunk-token", "Splunk HEC token", "splunk", Uuid),
        Assigned("pagerduty-key", "PagerDuty API key", "pagerduty|pager_duty", "[A-Za-z0-9+_-]{20}", 3.5),
        Assigned("rollbar-token", "Rollbar token", "rollbar", "[a-f0-9]{32}"),
        Assigned("bugsnag-key", "Bugsnag key", "bugsnag", "[a-f0-9]{32}"),
        Token("posthog-key", "PostHog personal API key", "phx_", "phx_[A-Za-z0-9]{43,48}", 3.5),
        Assigned("amplitude-secret", "Amplitude secret", "amplitude", "[a-f0-9]{32}"),
        Assigned("mixpanel-secret", "Mixpanel secret", "mixpanel", "[a-f0-9]{32}"),
        Assigned("segment-key", "Segment write key", "segment_write|segment_key|segment_token", "[A-Za-z0-9]{32}", 3.6),
        Assigned("launchdarkly-key", "LaunchDarkly key", "launchdarkly|launch_darkly", "(?:sdk|api|mob)-" + Uuid),
        Assigned("okta-token", "Okta API token", "okta", "00[A-Za-z0-9_-]{40}", 3.6),
        Assigned("auth0-secret", "Auth0 client secret", "auth0", "[A-Za-z0-9_-]{64}", 4.2),
        Assigned("keycloak-secret", "Keycloak client secret", "keycloak", "[A-Za-z0-9]{32}", 3.8),
        Token("contentful-token", "Contentful management token", "cfpat-", "CFPAT-[A-Za-z0-9_-]{43}", 3.5),
        Assigned("algolia-key", "Algolia API key", "algolia", "[a-f0-9]{32}"),
        Token("mapbox-secret", "Mapbox secret token", "sk.eyj", @"sk\.eyJ[A-Za-z0-9_-]{40,200}\.[A-Za-z0-9_-]{20,24}", 3.8),
        Token("maxmind-key", "MaxMind license key", "_mmk", "[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk", 3.5, before: 36),
        Assigned("openweather-key", "OpenWeather API key", "openweather", "[a-f0-9]{32}"),
        Token("readme-key", "ReadMe API key", "rdme_", "rdme_[a-z0-9]{70}", 3.5),
        Token("postman-key", "Postman API key", "pmak-", "PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
        Token("cloudinary-url", "Cloudinary URL with secret", "cloudinary://", @"cloudinary://[0-9]{12,15}:[A-Za-z0-9_-]{27}@[A-Za-z0-9_-]{2,40}", 3.5),
        Token("fcm-server-key", "Firebase Cloud Messaging server key", "aaaa", "AAAA[A-Za-z0-9_-]{7}:[A-Za-z0-9_-]{140}", 4),
        Token("onesignal-key", "OneSignal API key", "os_v2_app_|os_v2_org_", "os_v2_(?:app|org)_[a-z2-7]{103}", 3.5),
        Token("imagekit-key", "ImageKit private key", "private_", "private_[A-Za-z0-9+/]{27}=", 3.6),
        Token("wakatime-key", "WakaTime key", "waka_", "waka_" + Uuid),
        Token("scalingo-token", "Scalingo token", "tk-us-", "tk-us-[A-Za-z0-9_-]{48}", 3.5),
        Assigned("sanity-token", "Sanity token", "sanity", "sk[A-Za-z0-9]{150,180}", 4),
        Token("bunny-key", "Bunny.net key", "bunnynet_", "bunnynet_[A-Za-z0-9-]{36,72}", 3),
        Token("adobe-client-secret", "Adobe client secret", "p8e-", "p8e-[A-Za-z0-9_-]{32}", 3.5),
        Assigned("lokalise-token", "Lokalise token", "lokalise", "[a-f0-9]{40}"),
        Assigned("elastic-key", "Elasticsearch API key", "elastic_api|elastic-api|elasticsearch_api", "[A-Za-z0-9+/]{58,80}={0,2}", 4),
    ];
}
