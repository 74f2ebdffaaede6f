import CostModel
import Support

/// The keys that say what calls are made.
extension ScenarioFormat {
  /// What one call looks like. On a workload they are defaults for all of its calls.
  package static let callFields: [FormatField] =
    Attribute.ofCalls.map {
      FormatField($0.name, .text, $0.about, default: $0.standard, example: $0.example)
    } + [
      FormatField(
        "msgs", .count, "Messages that one call is for; counted in actions.csv.", default: "1",
        example: "20"),
      FormatField(
        "input", .either([.count, .text, .object("distribution")]),
        "Input tokens, without prefix and frames.", default: "0",
        example: "{mean: 500, cv: 1.2, cap: 4000}"),
      FormatField(
        "output", .either([.count, .text, .object("distribution")]), "Visible output tokens.",
        default: "0", example: "100..300"),
      FormatField(
        "reasoning", .either([.count, .text, .object("distribution")]),
        "Thinking tokens, billed like output.", default: "0"),
      FormatField(
        "audio", .either([.duration, .object("distribution")]), "Audio.", default: "0",
        example: "30s"),
      FormatField(
        "frames", .count, "Images sent along, billed by their tokens.", default: "0", example: "9"),
      FormatField("tokens_per_frame", .count, "Input tokens of each.", example: "222"),
      FormatField(
        "image", .object("image"),
        "Images of one size, part of `input`; their tokens follow from the `image_tokens` of the models "
          + "that the call can reach.", example: "{width: 1024, height: 1024}"),
      FormatField(
        "max_tokens", .count,
        "Output that is longer is cut; what quotas reserve.",
        default: "nothing is cut; quotas reserve the model's"),
      FormatField(
        "max_tokens_covers", .choice(["all", "answer"]),
        "What `max_tokens` limits: thinking and answer together, the thinking first, so that it is the "
          + "answer that is cut (OpenAI, Anthropic, Google); or the answer alone.", default: "all"),
      FormatField(
        "prompts", .either([.choice(["none", "unique"]), .object("prompts")]),
        "How often a prompt comes back; `none`: nothing to look up.", default: "unique"),
      FormatField(
        "prefix", .either([.count, .object("prefix")]),
        "Static first part of the prompt, in tokens.", default: "0", example: "800"),
      FormatField("batch", .flag, "Billed at batch prices.", default: "false"),
      FormatField("service_tier", .text, "Billed at that tier's prices.", example: "flex"),
      FormatField("satisfaction", .share, "Chance that a rated answer is rated well."),
      FormatField("rated", .share, "Share of answers that are rated.", default: "100%"),
      FormatField("conversion", .share, "Chance that an answer sells."),
      FormatField(
        "sent", .share, "Chance that an answer is sent; at least `conversion`.", example: "80%"),
      FormatField(
        "engagement", .share, "Chance that who gets a sent answer does something with it.",
        example: "35%"),
      FormatField(
        "response_time", .either([.duration, .object("distribution")]),
        "How long an engaged one takes for that.", example: "{mean: 2h, cv: 1}"),
      FormatField("hallucination", .share, "Chance that an answer makes things up."),
      FormatField("inappropriate", .share, "Chance that an answer is not fit to be sent."),
      FormatField(
        "technical_error", .share,
        "Chance that an answer is of no use for technical reasons; failed calls are, in any case."),
      FormatField(
        "conversion_value", .money, "Revenue of a sale; needs `conversion`.", example: "$10"),
      FormatField(
        "uses", .map(.object("use")),
        "What the call bills at other models beside its own, if it is answered; by model.",
        example: "{web-search: {searches: 1}}", names: "model"),
    ] + meterFields

  package static let use = FormatObject(
    name: "use",
    summary: "What a call bills at another model: a search, documents to rank, an embedding.",
    fields: [
      FormatField(
        "input", .either([.count, .text, .object("distribution")]), "Input tokens.", default: "0",
        example: "200"),
      FormatField(
        "output", .either([.count, .text, .object("distribution")]), "Output tokens.", default: "0"),
      FormatField(
        "audio", .either([.duration, .object("distribution")]), "Audio.", default: "0",
        example: "30s"),
    ] + fields(of: CallMeter.allCases.filter { $0.whole == nil }))

  /// A key for each meter of a call.
  private static let meterFields = fields(of: CallMeter.allCases)

  private static func fields(of meters: [CallMeter]) -> [FormatField] {
    meters.map { meter in
      FormatField(
        meter.key,
        .either([meter.dimension.isTime ? .duration : .count, .text, .object("distribution")]),
        meter.summary, default: "0", example: meter.example)
    }
  }

  package static let workload = FormatObject(
    name: "workload",
    summary: "One use case. Keys of a [call](#call) are defaults for all of its calls.",
    fields: [
      FormatField("use_case", .text, "`use_case` in the tables.", default: "the workload's name"),
      FormatField(
        "volume", .number, "Calls (or flows) a month of a mean user.", example: "6000",
        required: true),
      FormatField(
        "volume_by_account_plan", .map(.number), "Factors on the volume.", default: "1",
        example: "{enterprise: 3}"),
      FormatField("traffic", .object("traffic"), "In place of the scenario's, key by key."),
      FormatField(
        "mix", .either([.list(.object("variant")), .map(.object("variant"))]),
        "Kinds of calls with their shares.", default: "one kind", names: "variant"),
      FormatField("stages", .list(.object("stage")), "Calls that follow one another."),
      FormatField("rounds", .object("rounds"), "An assistant that calls tools in rounds."),
      FormatField(
        "conversation", .object("conversation"),
        "Turns over one growing context; `volume` counts conversations. Not with `mix`, `stages` or "
          + "`rounds`."),
      FormatField(
        "quota", .object("run quota"),
        "How many of its flows or conversations there may be at once (lines of a telephone system).",
        default: "any number", example: "{concurrent: 30, max_wait: 20s}"),
    ] + callFields)

  package static let runQuota = FormatObject(
    name: "run quota",
    summary: "A limit on whole flows or conversations; those of models are [quota](#quota).",
    fields: [
      FormatField(
        "concurrent", .count,
        "Runs at once, each from its first stage's start to its last stage's end.",
        example: "30", required: true),
      FormatField(
        "overflow", .choice(OverflowWord.allCases.map(\.rawValue)),
        "What happens to a run over the limit: it waits its turn, or is refused, and makes no calls.",
        default: "queue"),
      FormatField(
        "max_wait", .duration, "A run that would wait longer is refused.", default: "unlimited",
        example: "20s"),
    ])

  package enum OverflowWord: String, CaseIterable { case queue, reject }

  package static let variant = FormatObject(
    name: "variant", summary: "One kind of call; keys of a call change the workload's.",
    fields: [
      FormatField(
        "share", .share, "Shares of a mix add up to 100%.", default: "100% if it is alone")
    ] + callFields)

  package static let stage = FormatObject(
    name: "stage", summary: "Calls made at once, after the last outcome of the stage before.",
    fields: [
      FormatField("delay", .duration, "Before the calls are made.", default: "0"),
      FormatField(
        "continue", .share, "Chance that the flow gets here; else it has ended.",
        default: "100%"),
      FormatField(
        "chance", .share, "Chance that this stage is made; else the next one follows.",
        default: "100%"),
      FormatField(
        "calls", .map(.object("call")), "The calls by name.", required: true, names: "call"),
    ])

  package static let call = FormatObject(
    name: "call", summary: "One call of a stage.",
    fields: [
      FormatField("probability", .share, "Chance that it is made.", default: "100%"),
      FormatField(
        "mix", .either([.list(.object("variant")), .map(.object("variant"))]),
        "Kinds of this call.", default: "one kind", names: "variant"),
    ] + callFields)

  package static let tool = FormatObject(
    name: "tool", summary: "A tool that an assistant may call, with the model's call of its own.",
    fields: [
      FormatField("probability", .share, "Chance that it is called in a round.", default: "100%"),
      FormatField(
        "calls_model", .share, "How often it then calls a model; else it costs nothing.",
        default: "100%", example: "50%"),
      FormatField(
        "mix", .either([.list(.object("variant")), .map(.object("variant"))]),
        "Kinds of this call.", default: "one kind", names: "variant"),
    ] + callFields)

  package static let rounds = FormatObject(
    name: "rounds",
    summary: "Becomes stages: call, tools, (confirm,) and so on for up to `max` rounds.",
    fields: [
      FormatField("max", .count, "Most rounds.", default: "3"),
      FormatField("continue", .share, "Chance that another round follows, whatever is called."),
      FormatField(
        "until", .choice(["no_tool"]),
        "In place of `continue`: a round that calls a tool forces another one, and a flow whose last "
          + "round calls one gives up with an error."),
      FormatField(
        "error", .text, "What a flow is told that gives up; with `until`.",
        default: Workload.unstatedError),
      FormatField(
        "input_growth", .count, "Tokens that each round adds to the input.", default: "0",
        example: "350"),
      FormatField("delay", .duration, "Before each further round.", default: "0", example: "20s"),
      FormatField("call", .object("call"), "The assistant's call.", default: "the workload's keys"),
      FormatField(
        "tools", .map(.object("tool")), "Called after each round, in parallel.", names: "tool"),
      FormatField(
        "confirm", .share, "Chance of one more exchange after the first round.", default: "0%"),
    ])

  package static let knowledgeBase = FormatObject(
    name: "knowledge base",
    summary:
      "Answers the share ceiling · n/(n + half_at) of requests that the response cache does not, "
      + "n being the conversions that it knows.",
    fields: [
      FormatField(
        "workloads", .list(.text), "Whose calls with a `conversion` it learns from and answers.",
        example: "[fan-messages]", required: true),
      FormatField(
        "ceiling", .share, "Share of requests that it never exceeds.", example: "40%",
        required: true),
      FormatField(
        "half_at", .count, "Conversions at which it answers half of the ceiling.",
        example: "1000", required: true),
      FormatField("known", .count, "Conversions that it knows at the start.", default: "0"),
      FormatField(
        "prompt", .share, "What is left of the prompt where it helps a model to answer.",
        default: "it answers alone, and no model is called", example: "40%"),
    ])

  package static let classifier = FormatObject(
    name: "classifier",
    summary:
      "Its call comes before the request, is billed under the tier `classifier`, and may name "
      + "the wrong model, which is then asked and billed.",
    fields: [
      FormatField("model", .text, "Which model classifies.", example: "phi4-mini", required: true),
      FormatField(
        "accuracy", .share, "How often it names the model that the policy means.", example: "92%",
        required: true),
      FormatField(
        "wrong", .map(.share),
        "What it names otherwise, with shares that add up to 100%; models that the rule itself may "
          + "choose are left out.", example: "{llama: 50%, phi4-mini: 50%}", required: true,
        names: "model"),
      FormatField("call", .object("call"), "Its sizes.", default: "nothing"),
      FormatField(
        "workloads", .list(.text), "Whose requests.", default: "all workloads of single calls"),
    ])

  package static let distribution = FormatObject(
    name: "distribution",
    summary: "Also written as one value, or `LOW..HIGH` for all from LOW to HIGH alike.",
    fields: [
      FormatField("mean", .either([.number, .duration]), "Of a lognormal, before the cap."),
      FormatField("cv", .number, "Its coefficient of variation."),
      FormatField(
        "cap", .either([.number, .duration]), "Larger draws become this.", default: "none"),
      FormatField(
        "histogram", .map(.number),
        "Weights by value or `LOW..HIGH`; a value where two meet is in either by half.",
        example: "{0..100: 3, 100..500: 1}", names: "bin"),
      FormatField(
        "factor", .number,
        "On the mean of a histogram; a range says how well that is known. Whole numbers stay whole: what "
          + "lies between two is one or the other by its distance.", default: "1",
        example: "{low: 0.95, likely: 1, high: 1.05}"),
    ])

  package static let prompts = FormatObject(
    name: "prompts", summary: "A pool of prompts, the k-th drawn in proportion to k^−zipf.",
    fields: [
      FormatField("pool", .count, "Different prompts.", example: "200", required: true),
      FormatField("zipf", .number, "0 is all alike.", default: "1"),
      FormatField(
        "per", .choice(["user", "all"]), "Whether each user has an own pool.", default: "user"),
    ])

  package static let priceOverlay = FormatObject(
    name: "price overlay",
    summary: "Keys of a price sheet (docs/catalog-format.md), in place of those of the model.",
    fields: CatalogFormat.sheetFields)
}
