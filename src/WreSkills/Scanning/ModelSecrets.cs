using static WreSkills.Scanning.SecretRule;

namespace WreSkills.Scanning;

/// <summary>Credentials of model providers and of services for agents.</summary>
internal static class ModelSecrets
{
    private const string Uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

    /// <summary>The form that many services took over; those with a mark of their own come first.</summary>
    public static readonly SecretRule Compatible = Token("compatible-key", "Key of an OpenAI-compatible service", "sk-", "sk-[A-Za-z0-9]{46,60}", 4);

    public static IReadOnlyList<SecretRule> All { get; } =
    [
        Token("anthropic-key", "Anthropic key", "sk-ant-", "sk-ant-(?:api|admin|sid|oat|ort)[0-9]{2}-[A-Za-z0-9_-]{80,120}", 3.8),
        Token("openai-project-key", "OpenAI project key", "sk-proj-|sk-svcacct-|sk-admin-", "sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,200}", 3.8),
        Token("openai-key", "OpenAI key", "t3blbkfj", "sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}", 3.8, before: 23),
        Token("openrouter-key", "OpenRouter key", "sk-or-", "sk-or-v1-[a-f0-9]{64}"),
        Token("langfuse-key", "Langfuse secret key", "sk-lf-", "sk-lf-" + Uuid),
        Token("deepseek-key", "DeepSeek key", "sk-", "sk-[a-f0-9]{32}"),
        Compatible,
        Token("huggingface-token", "Hugging Face token", "hf_", "hf_[A-Za-z0-9]{34}", 3.5),
        Token("huggingface-org-token", "Hugging Face organization token", "api_org_", "api_org_[A-Za-z]{34}", 3.5),
        Token("replicate-token", "Replicate token", "r8_", "r8_[A-Za-z0-9]{37}", 3.5),
        Token("groq-key", "Groq key", "gsk_", "gsk_[A-Za-z0-9]{52}", 3.5),
        Token("perplexity-key", "Perplexity key", "pplx-", "pplx-[A-Za-z0-9]{48}", 3.5),
        Token("xai-key", "xAI key", "xai-", "xai-[A-Za-z0-9]{70,90}", 3.8),
        Token("nvidia-key", "NVIDIA key", "nvapi-", "nvapi-[A-Za-z0-9_-]{60,70}", 3.8),
        Token("cerebras-key", "Cerebras key", "csk-", "csk-[a-z0-9]{48}", 3.5),
        Token("fireworks-key", "Fireworks key", "fw_", "fw_[A-Za-z0-9]{22,24}", 3.6),
        Token("langsmith-key", "LangSmith key", "lsv2_", "lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}"),
        Token("pinecone-key", "Pinecone key", "pcsk_", "pcsk_[A-Za-z0-9_]{60,80}", 3.8),
        Token("tavily-key", "Tavily key", "tvly-", "tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}", 3.5),
        Token("firecrawl-key", "Firecrawl key", "fc-", "fc-[a-f0-9]{32}"),
        Token("jina-key", "Jina key", "jina_", "jina_[a-f0-9]{32}[A-Za-z0-9_-]{28}", 3.5),
        Token("voyage-key", "Voyage AI key", "pa-", "pa-[A-Za-z0-9_-]{43}", 4),
        Token("brave-search-key", "Brave Search key", "bsa", "BSA[A-Za-z0-9_-]{28}", 4),
        Token("e2b-key", "E2B key", "e2b_", "e2b_[a-f0-9]{40}"),
        Token("elevenlabs-key", "ElevenLabs key", "sk_", "sk_[a-f0-9]{48}"),
        Assigned("cohere-key", "Cohere key", "cohere|co_api_key", "[A-Za-z0-9]{40}", 4),
        Assigned("mistral-key", "Mistral key", "mistral", "[A-Za-z0-9]{32}", 3.8),
        Assigned("together-key", "Together AI key", "together_api|togetherai|together_ai", "[a-f0-9]{64}"),
        Assigned("assemblyai-key", "AssemblyAI key", "assemblyai|assembly_ai", "[a-f0-9]{32}"),
        Assigned("deepgram-key", "Deepgram key", "deepgram", "[a-f0-9]{40}"),
        Assigned("serpapi-key", "SerpApi key", "serpapi|serp_api", "[a-f0-9]{64}"),
        Assigned("wandb-key", "Weights & Biases key", "wandb", "[a-f0-9]{40}"),
        Assigned("stability-key", "Stability AI key", "stability", "sk-[A-Za-z0-9]{48}", 3.8),
        Assigned("weaviate-key", "Weaviate key", "weaviate", "[A-Za-z0-9+/=]{36,80}", 4),
        Assigned("exa-key", "Exa key", "exa_api", Uuid),
        Assigned("ai21-key", "AI21 key", "ai21", "[A-Za-z0-9]{32}", 3.8),
    ];
}
