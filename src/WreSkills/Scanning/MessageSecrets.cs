using static WreSkills.Scanning.SecretRule;

namespace WreSkills.Scanning;

/// <summary>Credentials of chat, mail and telephone services.</summary>
internal static class MessageSecrets
{
    private const string Uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

    public static IReadOnlyList<SecretRule> All { get; } =
    [
        Token("slack-bot-token", "Slack bot token", "xoxb-", "xoxb-[0-9]{10,13}-[0-9]{10,13}-[A-Za-z0-9]{20,40}", 3.2),
        Token("slack-user-token", "Slack user token", "xoxp-|xoxe-", "xox[pe]-(?:[0-9]{10,13}-){3}[A-Za-z0-9]{28,40}", 3.2),
        Token("slack-legacy-token", "Slack token, earlier form", "xoxa-|xoxr-|xoxs-|xoxo-", "xox[aros]-(?:[0-9]-)?[A-Za-z0-9-]{20,80}", 3.2),
        Token("slack-config-token", "Slack configuration token", "xoxe.xox", @"xoxe\.xox[bp]-[0-9]-[A-Za-z0-9]{140,170}", 4),
        Token("slack-app-token", "Slack app token", "xapp-", "xapp-[0-9]-[A-Z0-9]{8,14}-[0-9]{10,14}-[a-z0-9]{60,70}", 3.2),
        Token("slack-webhook", "Slack webhook", "hooks.slack.com/", @"hooks\.slack\.com/(?:services|workflows|triggers)/T[A-Za-z0-9]{8,12}/[A-Za-z0-9]{8,20}/[A-Za-z0-9]{20,40}", 3.2),
        Assigned("discord-token", "Discord bot token", "discord", @"[MNO][A-Za-z0-9_-]{23,26}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}", 4),
        Token("discord-webhook", "Discord webhook", "discord.com/api/webhooks/|discordapp.com/api/webhooks/", @"discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,72}", 3.8),
        Token("telegram-token", "Telegram bot token", ":aa", "[0-9]{8,10}:AA[A-Za-z0-9_-]{33}", 3.8, before: -1),
        Token("teams-webhook", "Microsoft Teams webhook", "webhook.office.com/webhookb2/", @"webhook\.office\.com/webhookb2/" + Uuid + "@" + Uuid + "/IncomingWebhook/[a-z0-9]{32}/" + Uuid),
        Token("google-chat-webhook", "Google Chat webhook", "chat.googleapis.com/v1/spaces/", @"chat\.googleapis\.com/v1/spaces/[A-Za-z0-9_-]{8,16}/messages\?key=AIza[A-Za-z0-9_-]{35}&token=[A-Za-z0-9_%-]{40,60}", 3.8),
        Token("matrix-token", "Matrix access token", "syt_", "syt_[A-Za-z0-9+/=]{2,80}_[A-Za-z0-9]{20}_[A-Za-z0-9]{6}", 3.5),
        Assigned("mattermost-token", "Mattermost token", "mattermost", "[a-z0-9]{26}", 3.5),
        Assigned("twitch-secret", "Twitch secret", "twitch", "[a-z0-9]{30}", 3.6),
        Assigned("intercom-token", "Intercom token", "intercom", "dG9rO[A-Za-z0-9+/]{50,60}={0,2}", 3.8),
        Assigned("zoom-secret", "Zoom secret", "zoom", "[A-Za-z0-9]{32}", 3.9),
        Token("sendgrid-key", "SendGrid key", "sg.", @"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", 3.8),
        Token("mailgun-key", "Mailgun key", "key-", "key-[a-f0-9]{32}"),
        Assigned("mailgun-signing-key", "Mailgun signing key", "mailgun", "[a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}"),
        Token("mailchimp-key", "Mailchimp key", "-us", "[a-f0-9]{32}-us[0-9]{1,2}", before: 32),
        Token("brevo-key", "Brevo key", "xkeysib-|xsmtpsib-", "x(?:key|smtp)sib-[a-f0-9]{64}-[A-Za-z0-9]{16}", 3.5),
        Assigned("postmark-token", "Postmark server token", "postmark", Uuid),
        Token("resend-key", "Resend key", "re_", "re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}", 3.8),
        Assigned("mailjet-secret", "Mailjet secret", "mailjet", "[a-f0-9]{32}"),
        Assigned("sparkpost-key", "SparkPost key", "sparkpost", "[a-f0-9]{40}"),
        Assigned("twilio-token", "Twilio auth token", "twilio", "(?:SK)?[a-f0-9]{32}"),
        Assigned("messagebird-key", "MessageBird key", "messagebird|message_bird", "[A-Za-z0-9]{25}", 3.6),
        Token("telnyx-key", "Telnyx key", "key01", "KEY01[0-9A-F]{30}_[A-Za-z0-9]{22}", 3.8),
        Assigned("vonage-secret", "Vonage secret", "vonage|nexmo", "[A-Za-z0-9]{16}", 3.3),
        Assigned("plivo-token", "Plivo token", "plivo", "[A-Za-z0-9]{40}", 4),
    ];
}
