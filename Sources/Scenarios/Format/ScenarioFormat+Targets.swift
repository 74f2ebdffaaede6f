import Support

/// The keys that say how models behave, what the cache holds, and what is watched.
extension ScenarioFormat {
  package static let breaker = FormatObject(
    name: "breaker",
    summary: "When a target is skipped: after so many failures, or at such a share of failures.",
    fields: [
      FormatField(
        "failures", .count, "Failures that open it.", default: "3, without `failure_rate`"),
      FormatField(
        "failure_rate", .share,
        "In place of `failures`: the share of failed calls in the window that opens it, where there "
          + "are `min_calls` or more.", default: "none", example: "50%"),
      FormatField(
        "min_calls", .count, "With fewer calls in the window the failure rate opens nothing.",
        default: "100", example: "20"),
      FormatField("window", .duration, "Within this long.", default: "5min"),
      FormatField("open", .duration, "How long it stays open.", default: "1min"),
      FormatField(
        "probes", .count, "0, or 1: one call is let through before it closes.", default: "0"),
      FormatField(
        "mode", .choice(["windowed", "consecutive"]),
        "`consecutive`: a success erases failures. Not with `failure_rate`.",
        default: "windowed"),
    ])

  package static let quota = FormatObject(
    name: "quota", summary: "The limits of a target. What is absent does not limit.",
    fields: [
      FormatField("requests_per_minute", .count, "Calls a minute.", example: "100"),
      FormatField(
        "burst", .count, "Calls that the bucket holds.", default: "requests_per_minute",
        example: "20"),
      FormatField("tokens_per_minute", .count, "Tokens a minute.", example: "100K"),
      FormatField(
        "charge", .choice(["actual", "reserved", "uncached"]),
        "Tokens charged: used, or input and `max_tokens`, or used but for what is read from the "
          + "provider's prompt cache.", default: "actual"),
      FormatField(
        "window", .duration, "Fixed windows in place of buckets.", default: "buckets",
        example: "60s"),
      FormatField("concurrent", .count, "Calls in flight.", example: "10"),
      FormatField("audio_per_day", .duration, "Audio a UTC day.", example: "100h"),
      FormatField(
        "overflow", .choice(["queue", "reject"]), "What happens over the limit.",
        default: "queue"),
      FormatField("max_wait", .duration, "Longest wait in the queue.", default: "unlimited"),
    ])

  package static let latency = FormatObject(
    name: "latency",
    summary: "A [distribution](#distribution), to which the length of a call's audio may add.",
    fields: distribution.fields + [
      FormatField(
        "base", .either([.duration, .object("distribution")]),
        "Of a call without audio, in place of the keys of a distribution.", default: "0",
        example: "300ms..500ms"),
      FormatField(
        "per_audio_second", .duration, CatalogFormat.perAudioSecond.summary,
        default: "0", example: "200ms"),
    ])

  package static let model = FormatObject(
    name: "model", summary: "How every target of a model behaves.",
    fields: [
      FormatField(
        "latency", .either([.duration, .object("latency")]), "From start to outcome.",
        default: "the catalog's", example: "500ms..1000ms"),
      FormatField(
        "timeout", .duration, "Longer attempts fail after this long.", default: "none",
        example: "30s"),
      FormatField("failure_rate", .share, "Chance that an attempt fails.", default: "0%"),
      FormatField(
        "first_token", .share,
        "Answers are streamed: the share of the latency after which the first token comes. The report "
          + "tells it beside the latency; nothing costs more or less.", default: "not streamed",
        example: "25%"),
      FormatField(
        "prompt_cache", .either([.choice(["none"]), .object("prompt cache")]),
        "The provider's prompt cache.", default: "none"),
      FormatField(
        "reserve", .count,
        "Tokens of the context window that a conversation's prompt must leave free.",
        default: "the workload's `max_tokens`, else 0", example: "8000"),
      FormatField(
        "breaker", .either([.choice(["none"]), .object("breaker")]), "In place of the general one."),
    ])

  package static let cache = FormatObject(
    name: "cache", summary: "The response cache.",
    fields: [
      FormatField(
        "mode", .choice(["off", "rate", "keyed"]),
        "`rate`: hits with the class's rate; `keyed`: hits where the same prompt came before.",
        required: true),
      FormatField("scope", .choice(["user", "global"]), "Whose answers count.", default: "user"),
      FormatField("latency", .duration, "What a hit takes.", default: "5ms"),
      FormatField(
        "default", .object("cache class"), "For calls of no class, or of one that is not listed.",
        default: "off"),
      FormatField(
        "classes", .map(.object("cache class")), "By `cache_class` of the calls.",
        names: "cache class"),
      FormatField(
        "flush", .list(.moment), "When everything in it is thrown away.", default: "never",
        example: "[2025-11-10T09:00]"),
    ])

  package static let cacheClass = FormatObject(
    name: "cache class", summary: "How answers of one class are kept.",
    fields: [
      FormatField(
        "ttl", .duration, "How long; 0 is off. Needed in keyed mode.", default: "1h in rate mode"),
      FormatField(
        "hit_rate", .share, "Needed in rate mode; in keyed mode a claim to compare with."),
    ])

  package static let budget = FormatObject(
    name: "budget", summary: "What a month may cost, and when to say so.",
    fields: [
      FormatField("amount", .money, "For a budget period.", example: "$1,000", required: true),
      FormatField(
        "thresholds", .list(.either([.share, .money, .object("threshold")])),
        "Lines that raise an alert when crossed.", default: "none", example: "[75%, 90%, 100%]"),
      FormatField(
        "evaluate_every", .duration, "How often spending is looked at.", default: "at every call",
        example: "24h"),
      FormatField(
        "data_lag", .duration, "How old the figures then are.", default: "0", example: "8h"),
    ])

  package static let threshold = FormatObject(
    name: "threshold", summary: "One line below (or above) the budget.",
    fields: [
      FormatField(
        "at", .either([.share, .money]), "Of the budget (up to 1000%), or an amount.",
        example: "75%", required: true),
      FormatField("name", .text, "`rule` in alerts.csv.", default: "budget-75%"),
      FormatField(
        "kind", .choice(["actual", "forecast"]),
        "`forecast`: when the month's traffic so far says that it will be crossed.",
        default: "actual"),
      FormatField(
        "severity", .choice(["low", "medium", "high", "critical"]), "How bad.", default: "high"),
      FormatField("message", .text, "What the alert says.", default: "made of the above"),
      FormatField(
        "act", .either([.choice(["block"]), .object("action")]),
        "What happens to calls once the crossing is known, until the month's end "
          + "(docs/semantics.md, \"Enforcement\"); `block` refuses them all.",
        default: "it only tells", example: "{tier: economy}"),
    ])

  package static let action = FormatObject(
    name: "action", summary: "One of `tier`, `policy`, `shed` and `cap`.",
    fields: [
      FormatField(
        "tier", .text,
        "Calls are made in this tier, at the first model of its chain that can do their task; where none "
          + "can, they are refused.",
        example: "economy"),
      FormatField(
        "policy", .either([.text, .object("policy")]),
        "Calls are routed by these rules: a file, or the rules.", example: "policies/cheap.yaml"),
      FormatField(
        "shed", .map(.either([.text, .list(.text)])),
        "Calls with these attributes are refused.", example: "{priority: low}"),
      FormatField(
        "cap", .object("account cap"), "What an account may still do on one local day."),
      FormatField(
        "when", .map(.either([.text, .list(.text)])),
        "Only calls with these attributes, as in a policy; not with `shed`.", default: "all calls",
        example: "{account_plan: starter}"),
    ])

  package static let accountCap = FormatObject(
    name: "account cap", summary: "Further calls of the account are refused that day.",
    fields: [
      FormatField("calls", .count, "Calls a day.", example: "200"),
      FormatField("amount", .money, "Spent in a day.", example: "$0.50"),
    ])

  private static let alertMetrics = Metric.all.compactMap { metric in
    guard let name = metric.alert, metric.measure != .accountMonth else { return nil }
    if case .latency = metric.measure { return "`\(name)` (any percentile)" }
    return "`\(name)`"
  }.joined(separator: ", ")

  package static let alert = FormatObject(
    name: "alert",
    summary: "A condition on recent calls, judged every minute, or on what an account spends.",
    fields: [
      FormatField(
        "when", .text,
        "`METRIC > LIMIT` or `METRIC < LIMIT`; metrics: \(alertMetrics); "
          + "`account_month_cost > $10`: once for every account and month that spends more.",
        example: "latency_p95 > 5000ms", required: true),
      FormatField("window", .duration, "How recent.", default: "1h", example: "24h"),
      FormatField("min_samples", .count, "With fewer calls nothing changes.", default: "20"),
      FormatField(
        "type", .choice(["cost", "performance", "quality", "error"]), "Kind of alert.",
        default: "by metric"),
      FormatField(
        "severity", .choice(["low", "medium", "high", "critical"]), "How bad.", default: "high"),
      FormatField("message", .text, "What the alert says.", default: "the condition in words"),
      FormatField(
        "stated", .text, "The threshold that documents state, where it differs.", example: "80%"),
    ])
}
