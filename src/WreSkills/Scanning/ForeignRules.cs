using static WreSkills.Scanning.ScanSeverity;
using static WreSkills.Scanning.SkillRisk;

namespace WreSkills.Scanning;

/// <summary>The commonest attacks in other languages than English, one expression a language, so that only those that occur are made.</summary>
internal static class ForeignRules
{
    private static readonly ScanRule s_overrides = new(
        "WRE-INSTRUCT-011", Block, MaliciousSkills, "Overrides earlier instructions, in another language", "It tells the agent to forget what the person and the system have asked for.", "Say what the skill does, without touching other instructions.");

    private static readonly ScanRule s_conceals = new(
        "WRE-INSTRUCT-012", Block, MaliciousSkills, "Conceals from the person, in another language", "Whoever must not know about a step would not agree to it.", "Let the agent say what it does.");

    public static IReadOnlyList<TextRule> All { get; } =
    [
        new(s_overrides, ["ignorier", "missacht", "vergiss", "vergessen sie", "überschreib"], @"\b(?:ignorier(?:e|en sie|t)?|missachte|vergiss|vergessen sie|überschreibe) (?:bitte |alle |sämtliche |jegliche |die |deine |ihre |meine |den |das |bisherigen |vorherigen |früheren |obigen |vorigen |vorangegangenen |bestehenden |sicherheits)+-?(?:anweisung|instruktion|regel|vorgabe|befehl|richtlinie|system-?prompt|prompt|nachricht)"),
        new(s_overrides, ["ignora", "olvida", "descarta", "omite", "desobedece"], @"\b(?:ignora|olvida|descarta|omite|desobedece) (?:todas? |todos? |las? |los? |tus |sus |cualquier |por completo )*(?:instrucci|órdenes|ordenes|reglas|indicaciones|directrices|mensajes)[a-zóé]*(?: [a-záéíóú]+)? ?(?:anterior|previa|previo|del sistema|original|de seguridad|de arriba)"),
        new(s_overrides, ["ignore", "oublie", "néglige", "ne tiens pas", "ne tenez pas"], @"\b(?:ignore[sz]?|oublie[sz]?|néglige[sz]?|ne tiens pas compte de|ne tenez pas compte de) (?:toutes? |tous |les? |la |tes |vos |ces |des )*(?:instruction|consigne|directive|règle|ordre)s?(?: [a-zéèê]+)? ?(?:précédent|antérieur|ci-dessus|du système|initial|d'origine|de sécurité)"),
        new(s_overrides, ["ignora", "ignore", "dimentica", "desconsidere", "esqueça"], @"\b(?:ignor[ae]|dimentica|desconsidere|esqueça) (?:tutt[ei] |todas? |as? |le |os? |suas |tue )*(?:istruzioni|instruções|regole|regras)(?: [a-zéèêãõ]+)? ?(?:precedent|anterior|prévi|del sistema|do sistema)"),
        new(s_overrides, ["忽略", "忽视", "忽視", "无视", "無視", "忘记", "不要理会", "抛开", "不用管"], @"(?:忽略|忽视|忽視|无视|無視|忘记|不要理会|抛开|不用管)(?:掉|了|你)?(?:所有|全部|任何|一切|你|您|的|之前|先前|以前|以上|上面|前面|原有|系统|系統|既有|此前)+(?:指令|指示|提示|规则|規則|命令|要求|内容|限制|说明|約束|约束)"),
        new(s_overrides, ["無視", "忘れ", "従わないで", "破棄", "上書き"], @"(?:以前|前|上記|これまで|それまで|システム|すべて|全て|既存|元|先)(?:の|に与えられた|までの)?(?:すべて|全て|全部|あらゆる)?の?(?:指示|命令|プロンプト|ルール|指令|制約)(?:は|を|に)?(?:すべて|全て|全部|完全に)?(?:無視|忘れ|従わないで|破棄|上書き)"),
        new(s_overrides, ["игнорируй", "проигнорируй", "забудь", "не следуй", "отбрось"], @"(?:игнорируй|игнорируйте|проигнорируй|проигнорируйте|забудь|забудьте|не следуй|отбрось) (?:все|всё|любые|свои|твои|ваши|мои|про|обо всех|предыдущие|прежние|прошлые|вышеуказанные|системные|указанные выше| )+(?:инструкци|указани|правил|команд|сообщени|промпт|ограничени)"),
        new(s_overrides, ["무시", "잊"], @"(?:이전|위의|앞의|기존|시스템)(?:의)? ?(?:모든)? ?(?:지시|명령|규칙|프롬프트)[^\n]*(?:무시하|무시해|잊어)"),
        new(s_overrides, ["تجاهل"], @"تجاهل (?:جميع|كل|كافة)? ?(?:التعليمات|الأوامر|القواعد) (?:السابقة|أعلاه)"),
        new(s_overrides, ["negeer"], @"\bnegeer (?:alle |de |je |eerdere |vorige |bovenstaande )+(?:instructies|regels|opdrachten)"),

        new(s_conceals, ["benutzer", "nutzer", "anwender"], @"(?:sag(?:e|en sie)?|informier(?:e|en sie)?|erzähl(?:e|en sie)?|verrate(?:n sie)?|teile|erwähne(?:n sie)?) (?:dem |den |es dem |das dem |davon dem )?(?:benutzer|nutzer|anwender)[^.\n]*\b(?:nichts|nicht|kein)|(?:benutzer|nutzer|anwender) (?:darf|soll|sollte|dürfen|sollen)[^.\n]*\b(?:nichts|nicht)\b[^.\n]*(?:erfahren|wissen|merken|bemerken)|(?:verbirg|verberge|verheimliche|verschweige)[^.\n]*(?:benutzer|nutzer|anwender)"),
        new(s_conceals, ["usuari"], @"\bno (?:le |se lo )?(?:digas|informes|menciones|reveles|cuentes|avises)[^.\n]* (?:al|a los|a la) usuari|sin que (?:el|la|los) usuari[oa]s? (?:lo )?(?:sepa|note|vea|se entere)"),
        new(s_conceals, ["utilisateur"], @"\bne (?:le )?(?:dis|dites|mentionne|mentionnez|révèle|révélez|informe|informez)(?: jamais| pas| rien)[^.\n]*l'utilisateur|à l'insu de l'utilisateur|sans que l'utilisateur (?:le )?(?:sache|voie|remarque)"),
        new(s_conceals, ["用户", "用戶", "使用者"], @"(?:不要|别|不得|切勿|不可|禁止)(?:让|告诉|告知|通知|提醒)(?:给)?(?:用户|用戶|使用者)(?:知道|发现|察觉|这|此|该|任何|有关|关于|你|。|，|$)|(?:用户|用戶|使用者)(?:不知情|不知道|察觉不到|未察觉)的情况下|(?:瞒着|隐瞒)(?:用户|用戶|使用者)"),
        new(s_conceals, ["ユーザ", "利用者"], @"(?:ユーザー?|利用者)(?:に|には|へ)(?:は)?[^。\n]*(?:伝えない|言わない|知らせない|教えない|気づかれない|気付かれない|報告しない|通知しない|明かさない)"),
        new(s_conceals, ["пользовател"], @"не (?:говори|говорите|сообщай|сообщайте|рассказывай|упоминай|раскрывай)[^.\n]*пользовател|без ведома пользовател|скрой(?:те)?[^.\n]*от пользовател|втайне от пользовател"),
        new(s_conceals, ["utent", "usuário"], @"\bnon (?:dire|informare|rivelare)[^.\n]*(?:all'|agli )utent|\bnão (?:diga|informe|revele|mencione)[^.\n]*ao usuário"),
    ];
}
