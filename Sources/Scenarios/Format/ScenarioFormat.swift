import Support

/// Every key of a scenario file.
package enum ScenarioFormat {
  package static let file = FileFormat(
    title: "costsim scenario",
    objects: [
      scenario, period, plan, currency, breaker, retry, quota, model, promptCache, outage, cache,
      cacheClass,
      budget, threshold, action, accountCap, alert, users, activity, activityClass, rogue, traffic,
      surge, arrivals, gamma, workload, variant, stage, call, rounds, tool, classifier,
      knowledgeBase, distribution, prompts, prefix, conversation, conversationPrefix, howOften,
      runQuota,
      latency,
      tools, use, image,
      agent, lifetime, fullContext,
      replay, experiment, arm, detect,
      published, publishedRow, priceOverlay, priceChange, swap, forecast, sCurve, assumption, lever,
      publishedSaving,
      shock,
      capacity, selection, selectionWeights, qualityScale, qualityFigure, range, normalRange,
      normal, lognormalRange, lognormal,
    ])

  package static let scenario = FormatObject(
    name: "scenario", summary: "The file itself.",
    fields: [
      FormatField(
        "name", .text, "Names the report's folder: letters, digits, `.`, `_` and `-`.",
        default: "the file's name", example: "huntaze-published"),
      FormatField("title", .text, "One line for people.", default: "empty"),
      FormatField(
        "extends", .text,
        "File whose scenario this one changes: mappings are merged key by key, all else is "
          + "replaced, `null` removes. Relative to this file; the name is not inherited.",
        example: "base.yaml"),
      FormatField(
        "period", .either([.object("period"), .text]), "What is simulated; `2025-11` is a month.",
        required: true),
      FormatField("seed", .count, "Starts the random draws.", default: "1"),
      FormatField(
        "plans", .list(.either([.count, .object("plan")])), "Numbers of users to simulate.",
        example: "[50, 100, 500, 1000]", required: true),
      FormatField(
        "catalog", .either([.text, .object("catalog")]),
        "Price catalog: a file, relative to the file that says so, or the models.",
        example: "catalogs/documents.yaml", required: true),
      FormatField(
        "compare_catalog", .text,
        "Another catalog: the report says what its prices would do to the bill.",
        example: "catalogs/market.yaml"),
      FormatField(
        "prices", .map(.object("price overlay")),
        "Prices by model, in place of the catalog's from the beginning of time."),
      FormatField(
        "price_changes", .list(.object("price change")),
        "Factors on the catalog's prices for some time, after `prices`.", default: "none"),
      FormatField(
        "policy", .either([.text, .object("policy")]), "Routing rules: a file, or the rules.",
        example: "policies/majordome.yaml", required: true),
      FormatField(
        "swaps", .list(.object("swap")),
        "Models used in place of those that the policy chooses, one swap after the other.",
        default: "none"),
      FormatField(
        "knowledge_base", .object("knowledge base"),
        "Answers that have sold, kept to be given again.", default: "none"),
      FormatField(
        "classifier", .object("classifier"),
        "A model that is asked before each request which model is to answer it.", default: "none"),
      FormatField(
        "chains", .map(.list(.text)), "Models tried in turn after the routed one, by tier.",
        default: "none", example: "{standard: [phi4-mini, deepseek-v3]}", names: "tier"),
      FormatField(
        "regions", .map(.list(.text)),
        "Regions by model, tried in turn, each with its own breaker and quota.", default: "none",
        example: "{deepseek-v3: [eastus2, westus2]}"),
      FormatField(
        "breaker", .either([.choice(["none"]), .object("breaker")]),
        "Circuit breaker of every target.", default: "none",
        example: "{failures: 3, window: 5min, open: 1min}"),
      FormatField(
        "retry", .object("retry"), "How often a failed target is tried again.",
        default: "no retries"),
      FormatField(
        "quotas", .map(.either([.choice(["none"]), .object("quota")])),
        "Limits by model; `default` holds for models that are not listed.", default: "no limits"),
      FormatField(
        "models", .map(.object("model")),
        "How models behave; `default` gives what a listed model leaves open."),
      FormatField("outages", .list(.object("outage")), "When targets are sick.", default: "none"),
      FormatField(
        "bill_failures", .choice(["none", "input", "all"]), "What a failed attempt costs.",
        default: "none"),
      FormatField(
        "cache", .either([.choice(["off"]), .object("cache")]), "The response cache.",
        default: "off"),
      FormatField(
        "budget", .either([.money, .object("budget")]), "What a month may cost.",
        default: "none"),
      FormatField(
        "currency", .object("currency"), "Another currency that reports show bills in as well.",
        default: "dollars alone"),
      FormatField(
        "alerts", .map(.object("alert")), "Rolling alerts by name.", default: "none",
        names: "alert"),
      FormatField(
        "thresholds", .map(.list(.text)),
        "What `check` fails on, by metric (docs/ci.md, \"Thresholds\").", default: "none",
        example: "{cost_usd: [\"sum<=$1,000\"], latency_ms: [\"p(95)<5s\"]}"),
      FormatField("users", .object("users"), "Who the users are.", default: "all alike"),
      FormatField(
        "traffic", .object("traffic"), "When calls arrive.", default: "flat, poisson"),
      FormatField(
        "workloads", .map(.object("workload")), "What users do, by name.", required: true,
        names: "workload"),
      FormatField(
        "experiments", .map(.object("experiment")), "A/B tests by name; results in the report.",
        default: "none", names: "experiment"),
      FormatField("forecast", .object("forecast"), "What the months to come bring."),
      FormatField(
        "levers", .map(.object("lever")), "Ways to save, beside or in place of the standard ones.",
        default: "the standard ones", names: "lever"),
      FormatField(
        "capacity", .map(.object("capacity")), "Capacity at a fixed price that may be bought.",
        default: "none", names: "capacity"),
      FormatField(
        "shocks", .map(.object("shock")), "What may go wrong, likewise.",
        default: "the standard ones", names: "shock"),
      FormatField(
        "selection", .object("selection"), "How `select` judges models.",
        default: "the standard rules"),
      FormatField(
        "replay", .object("replay"),
        "What stands for users, sessions and prompts that a log does "
          + "not tell.", default: "they stay unknown"),
      FormatField(
        "tables", .list(.choice(ExtraTable.allCases.map(\.rawValue))),
        "Tables that take time and memory, written where they are asked for (docs/interface.md).",
        default: "none", example: "[account_months]"),
      FormatField(
        "performance_hours", .list(.count),
        "Writes performance_hours.csv: at every full hour, what the last so many hours (up to "
          + "\(Scenario.longestWindow)) were like, by model.", default: "none", example: "[1, 24]"),
      FormatField(
        "assumptions", .list(.either([.text, .object("assumption")])),
        "What the file assumes, each with its reason; reported."),
      FormatField(
        "published", .list(.object("published")), "Published figures to be shown beside."),
    ])

  package static let period = FormatObject(
    name: "period", summary: "Either `month` or `start` with `days`.",
    fields: [
      FormatField("month", .text, "First calendar month.", example: "2025-11"),
      FormatField(
        "months", .count, "How many months, or spans of `days`, each a budget period.",
        default: "1"),
      FormatField("start", .date, "First day.", example: "2025-11-01"),
      FormatField("days", .count, "Days of one budget period.", example: "30"),
      FormatField(
        "time_zone", .text, "IANA name; days, months and profiles are local.", default: "UTC",
        example: "Europe/Paris"),
    ])

  package static let plan = FormatObject(
    name: "plan", summary: "A number of users with a name.",
    fields: [
      FormatField("name", .text, "Names the plan.", default: "users-N"),
      FormatField("users", .count, "1 to 10,000,000.", required: true),
    ])

  package static let currency = FormatObject(
    name: "currency", summary: "Beside dollars, in texts and tables for people; CSVs stay in USD.",
    fields: [
      FormatField("code", .text, "Three letters.", example: "EUR", required: true),
      FormatField(
        "rate", .number, "How many of it a dollar buys.", example: "0.92", required: true),
      FormatField("date", .date, "The day of that rate.", example: "2025-11-03", required: true),
    ])

  package static let retry = FormatObject(
    name: "retry", summary: "The k-th retry waits min(cap, base·2^k), k from 0.",
    fields: [
      FormatField("max", .count, "Retries of one target.", default: "0", example: "2"),
      FormatField("base", .duration, "First wait.", default: "0", example: "500ms"),
      FormatField("cap", .duration, "Longest wait.", default: "unlimited", example: "10s"),
    ])

  package static let outage = FormatObject(
    name: "outage", summary: "Attempts that start in `from ..< to` fail.",
    fields: [
      FormatField("model", .text, "Which model; or give `provider`."),
      FormatField("provider", .text, "All models of this provider.", example: "azure"),
      FormatField("region", .text, "Which region.", default: "all"),
    ] + windowFields + [FormatField("rate", .share, "Chance to fail.", default: "100%")])

  package static let priceChange = FormatObject(
    name: "price change", summary: "Every price of some models times a factor.",
    fields: [
      FormatField(
        "from", .moment, "Local time, or with `Z` or an offset.", default: "always",
        example: "2026-03-01"),
      FormatField("to", .moment, "Its end.", default: "none"),
      FormatField("for", .duration, "Its length, in place of `to`."),
      FormatField("models", .list(.text), "Which models.", default: "all"),
      FormatField(
        "only", .list(.choice(CatalogFormat.rates.map(\.key))),
        "Which of their prices, monthly ones left out.", default: "all"),
      FormatField(
        "factor", .either([.number, .text]), "Exactly: `1.5`, `80%`.", example: "80%",
        required: true),
    ])

  package static let swap = FormatObject(
    name: "swap", summary: "One model used in place of another.",
    fields: [
      FormatField("use_case", .text, "For this use case alone.", default: "all"),
      FormatField("model", .text, "The one that the policy chooses.", required: true),
      FormatField("by", .text, "The one used in its place.", required: true),
    ])

  package static let users = FormatObject(
    name: "users", summary: "Who the users are.",
    fields: [
      FormatField(
        "activity", .either([.choice(["equal"]), .object("activity")]),
        "How much users differ.", default: "equal", example: "{cv: 2}"),
      FormatField(
        "account_plans", .map(.share), "Shares of account plans; they add up to 100%.",
        default: "none", example: "{starter: 60%, pro: 40%}", names: "account plan"),
      FormatField(
        "subscriptions", .map(.money), "Price per user and month of each account plan.",
        default: "nothing", example: "{starter: $19, pro: $49}"),
      FormatField(
        "rogue", .object("rogue"), "One user who makes many times the calls.", default: "none"),
    ])

  package static let rogue = FormatObject(
    name: "rogue",
    summary:
      "The user with most expected calls (account plan, class and drawn activity) runs wild.",
    fields: [
      FormatField(
        "factor", .number, "Times the calls that the user would make.", example: "50",
        required: true)
    ])

  package static let activity = FormatObject(
    name: "activity",
    summary: "Either `cv` or `classes`; the mean user has weight 1 (docs/semantics.md, \"Users\").",
    fields: [
      FormatField("cv", .number, "Coefficient of variation of lognormal weights.", example: "2"),
      FormatField(
        "classes", .map(.object("activity class")), "Classes of users by name.",
        names: "activity class"),
    ])

  package static let activityClass = FormatObject(
    name: "activity class",
    summary: "Weights are scaled so that the mean user of each plan has weight 1.",
    fields: [
      FormatField("share", .share, "Of all users; shares add up to 100%.", required: true),
      FormatField("weight", .number, "Relative activity.", required: true),
    ])

  package static let traffic = FormatObject(
    name: "traffic", summary: "Relative traffic by local hour and weekday, and its burstiness.",
    fields: [
      FormatField("hours", .list(.number), "24 weights from midnight.", default: "all 1"),
      FormatField(
        "weekdays", .list(.number), "7 weights from Monday.", default: "all 1",
        example: "[1, 1, 1, 1, 1, 0.4, 0.4]"),
      FormatField(
        "arrivals", .either([.choice(["poisson", "exact"]), .object("arrivals")]),
        "`exact`: the stated number of calls to the unit.", default: "poisson"),
      FormatField(
        "surges", .list(.object("surge")), "Traffic on top of the volumes.", default: "none"),
    ])

  package static let surge = FormatObject(
    name: "surge", summary: "So many times the usual traffic in `from ..< to`.",
    fields: windowFields + [
      FormatField(
        "factor", .number, "Of the usual traffic; 0 is none at all. Surges that overlap multiply.",
        example: "10", required: true)
    ])

  /// A span of time.
  package static let windowFields = [
    FormatField(
      "from", .moment, "Local time, or with `Z` or an offset.", example: "2025-11-10T09:00",
      required: true),
    FormatField("to", .moment, "Its end; or give `for`."),
    FormatField("for", .duration, "Its length; or give `to`.", example: "2h"),
  ]

  package static let arrivals = FormatObject(
    name: "arrivals", summary: "Bursty arrivals.",
    fields: [FormatField("gamma", .object("gamma"), "Gamma renewal.", required: true)])

  package static let gamma = FormatObject(
    name: "gamma", summary: "Gaps between a user's calls.",
    fields: [
      FormatField(
        "cv", .number, "Coefficient of variation of the gaps; 1 is Poisson.", required: true)
    ])

  package static let replay = FormatObject(
    name: "replay", summary: "What stands for what a replayed log does not tell.",
    fields: [
      FormatField(
        "users", .either([.choice(["none", "shared", "request", "session"]), .count]),
        "Account of a request that names no user: none; one for all of them; each its own; its "
          + "session; or dealt among so many accounts, as active as `users` says.",
        default: "none", example: "50"),
      FormatField(
        "sessions", .choice(ReplaySettings.Sessions.allCases.map(\.rawValue)),
        "Session of a request that names none: none; or one for each account.", default: "none"),
      FormatField(
        "prompts", .either([.choice(["none", "unique"]), .object("prompts")]),
        "Prompt of a request that names none: none (it is neither looked up nor stored); always "
          + "a new one; or out of one pool for the whole log.", default: "none",
        example: "{pool: 200, zipf: 1}"),
      FormatField(
        "session_block", .count,
        "Tokens of a block: requests of a session repeat its earlier input block by block, which a "
          + "prompt cache may hold. Not where the log tells cached tokens or blocks.",
        default: "sessions repeat nothing", example: "128"),
      FormatField(
        "session_reset", .share,
        "With `session_block`: an input below that share of the one before repeats `prefix` alone, as "
          + "after a compaction, and each model of a session has its own chain.",
        default: "never, and one chain a session", example: "90%"),
      FormatField(
        "prefix", .count,
        "Tokens at the beginning of every prompt that requests have marked: of a log's blocks at a model "
          + "with `match: breakpoint`, and behind which `session_reset` begins; cut to whole blocks.",
        default: "0", example: "14300"),
    ])

  package static let published = FormatObject(
    name: "published", summary: "What a budget document claims of one plan.",
    fields: [
      FormatField("users", .count, "The plan.", required: true),
      FormatField("total", .money, "Its published total.", required: true),
      FormatField("rows", .list(.object("published row")), "Its rows.", default: "none"),
      FormatField("source", .text, "Document and line.", required: true),
    ])

  package static let publishedRow = FormatObject(
    name: "published row", summary: "One row of a published table.",
    fields: [
      FormatField("label", .text, "As published.", required: true),
      FormatField(
        "models", .list(.text), "Models that it covers.",
        default: "all that no other row covers"),
      FormatField("cost", .money, "As published.", required: true),
    ])
}
