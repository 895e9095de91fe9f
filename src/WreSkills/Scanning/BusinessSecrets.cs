using static WreSkills.Scanning.SecretRule;

namespace WreSkills.Scanning;

/// <summary>Credentials of payment, commerce, customer and network services.</summary>
internal static class BusinessSecrets
{
    private const string Uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

    public static IReadOnlyList<SecretRule> All { get; } =
    [
        Token("stripe-key", "Stripe or compatible secret key", "sk_live_|sk_test_|sk_prod_|rk_live_|rk_test_|rk_prod_", "[sr]k_(?:live|test|prod)_[A-Za-z0-9]{16,120}", 3.2),
        Token("webhook-secret", "Webhook signing secret", "whsec_", "whsec_[A-Za-z0-9+/]{32,64}={0,2}", 3.5),
        Token("square-token", "Square access token", "eaaa", "EAAA[A-Za-z0-9_-]{60}", 4),
        Token("square-secret", "Square application secret", "sq0csp-|sq0atp-", "sq0(?:csp-[A-Za-z0-9_-]{43}|atp-[A-Za-z0-9_-]{22})", 3.5),
        Token("braintree-token", "Braintree access token", "access_token$", @"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}", 3),
        Assigned("paypal-secret", "PayPal client secret", "paypal", "E[A-Za-z0-9_-]{79}", 4.2),
        Token("flutterwave-key", "Flutterwave secret key", "flwseck", "FLWSECK(?:_TEST|_PROD)?-[a-h0-9]{32}-X"),
        Assigned("razorpay-secret", "Razorpay secret", "razorpay", "[A-Za-z0-9]{24}", 3.8),
        Token("plaid-token", "Plaid access token", "access-sandbox-|access-development-|access-production-", "access-(?:sandbox|development|production)-" + Uuid),
        Assigned("mollie-key", "Mollie API key", "mollie", "(?:live|test)_[A-Za-z0-9]{30}", 3.6),
        Assigned("gocardless-token", "GoCardless token", "gocardless", "(?:live|sandbox)_[A-Za-z0-9_-]{40}", 3.8),
        Token("paddle-key", "Paddle API key", "pdl_", "pdl_(?:live|sdbx)_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}", 3.8),
        Token("adyen-key", "Adyen API key", "aqe", "AQE[a-z]hm[A-Za-z0-9+/]{80,200}={0,2}[A-Za-z0-9+/=-]{0,80}", 4),
        Token("shopify-token", "Shopify token", "shpat_|shpca_|shppa_|shpss_", "shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
        Token("shippo-token", "Shippo token", "shippo_", "shippo_(?:live|test)_[a-f0-9]{40}"),
        Token("easypost-key", "EasyPost key", "ezak|eztk", "EZ[AT]K[A-Za-z0-9]{54}", 3.8),
        Token("hubspot-token", "HubSpot private app token", "pat-na|pat-eu", "pat-(?:na|eu)[0-9]-" + Uuid),
        Token("salesforce-token", "Salesforce session", "00d", "00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{80,260}", 4),
        Assigned("zendesk-token", "Zendesk token", "zendesk", "[A-Za-z0-9]{40}", 4),
        Assigned("freshdesk-key", "Freshdesk key", "freshdesk", "[A-Za-z0-9]{20}", 3.6),
        Token("lob-key", "Lob key", "live_pub|test_pub|live_|test_", "(?:live|test)_(?:pub_)?[a-f0-9]{35}"),
        Token("facebook-token", "Facebook access token", "eaa", "EAA[A-Za-z0-9]{100,300}", 4),
        Assigned("facebook-secret", "Facebook app secret", "facebook|fb_app_secret|fb_secret", "[a-f0-9]{32}"),
        Token("twitter-bearer", "X (Twitter) bearer token", "aaaaaaaaaaaaaaaaaaaaa", "A{21}[A-Za-z0-9%]{60,120}", 3.5),
        Assigned("twitter-secret", "X (Twitter) secret", "twitter", "[A-Za-z0-9]{45,50}", 4.2),
        Assigned("linkedin-secret", "LinkedIn client secret", "linkedin", "(?:WPL_AP1\\.)?[A-Za-z0-9]{16}(?:\\.[A-Za-z0-9+/=]{6,10})?", 3.4),
        Assigned("spotify-secret", "Spotify client secret", "spotify", "[a-f0-9]{32}"),
        Assigned("reddit-secret", "Reddit client secret", "reddit", "[A-Za-z0-9_-]{27,30}", 3.9),
        Assigned("binance-secret", "Binance key", "binance", "[A-Za-z0-9]{64}", 4.2),
        Assigned("kraken-secret", "Kraken private key", "kraken", "[A-Za-z0-9+/]{86}==", 4.2),
        Assigned("coinbase-secret", "Coinbase secret", "coinbase", "[A-Za-z0-9_-]{32,64}", 4),
        Assigned("ethereum-key", "Private key of a wallet", "private_key|privatekey|wallet_key|eth_key|deployer", "0x[a-fA-F0-9]{64}"),
        Assigned("infura-key", "Infura secret", "infura", "[a-f0-9]{32}"),
        Assigned("etherscan-key", "Etherscan key", "etherscan", "[A-Z0-9]{34}", 3.6),
        Assigned("alchemy-key", "Alchemy key", "alchemy", "[A-Za-z0-9_-]{32}", 3.9),
    ];
}
