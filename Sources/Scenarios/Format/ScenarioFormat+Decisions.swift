import CostModel
import Support

extension ScenarioFormat {
  package static let forecast = FormatObject(
    name: "forecast", summary: "What `forecast` goes by; its options say the same.",
    fields: [
      FormatField("months", .count, "Months to come, the period's first included.", default: "12"),
      FormatField("users", .count, "Users of the first month.", default: "the first plan's"),
      FormatField(
        "growth", .either([.text, .list(.count), .object("s-curve")]),
        "Growth a month; or users by month, the last of them for all that follow.",
        default: "0%", example: "12%"),
      FormatField(
        "budget", .either([.money, .list(.money)]),
        "Of a month; or month by month, the last of them for all that follow.",
        default: "the scenario's"),
      FormatField("prepaid", .money, "Paid ahead, for all months.", example: "$5,000"),
    ])

  package static let sCurve = FormatObject(
    name: "s-curve", summary: "Logistic growth from the first month's users.",
    fields: [
      FormatField(
        "ceiling", .count, "Users that are never passed; more than twice the first month's.",
        example: "1000", required: true),
      FormatField(
        "half_by", .number, "The month, from 1, in which half of the ceiling is reached.",
        example: "6", required: true),
    ])

  package static let assumption = FormatObject(
    name: "assumption", summary: "Something assumed, and what else it might be.",
    fields: [
      FormatField("text", .text, "What, and why.", required: true),
      FormatField(
        "instead", .map(.list(.text)),
        "Overrides by what they say instead: `run` tells what the bill would then be, and where that "
          + "moves it much says so in its first sentences. Of what cannot be `validate` warns.",
        example: "{20 tokens in and 20 out: [\"workloads.chat.input=20\"]}"),
    ])

  package static let lever = FormatObject(
    name: "lever", summary: "A way to save, for `levers`: overrides with words.",
    fields: [
      FormatField("title", .text, "What it is, in a few words.", required: true),
      FormatField("in_use", .text, "The same where it is in use already.", default: "the title"),
      FormatField(
        "needs", .list(.choice(Precondition.allCases.map(\.rawValue))),
        "What the scenario must have; else the lever does not apply.", default: "nothing",
        example: "[response cache]"),
      FormatField(
        "with", .list(.text),
        "Overrides that put it to use. A pattern that finds nothing is passed over, unless none "
          + "does.", example: "[\"workloads.**.output*=40%\"]"),
      FormatField(
        "without", .list(.text), "Overrides that take it away where it is in use.",
        example: "[cache=off]"),
      FormatField(
        "substitutes", .map(.text),
        "Models by the models that they replace: one lever for each use case that calls the latter; "
          + "`$use_case`, `$model` and `$by` then stand in the texts."),
      FormatField(
        "alternative", .flag, "Takes the place of the whole set-up; not combined with others.",
        default: "false"),
      FormatField(
        "users", .count,
        "The number of users that its figures are of; it does not apply to plans of another one.",
        default: "any"),
      FormatField(
        "published", .object("published saving"),
        "What its source says that it saves; shown beside what it does save."),
      FormatField("quality", .text, "What it does to the answers."),
      FormatField("source", .text, "Where the figures come from."),
    ])

  package static let publishedSaving = FormatObject(
    name: "published saving", summary: "What a document says that a lever saves in a month.",
    fields: [
      FormatField("saving", .money, "The amount.", example: "$26,400"),
      FormatField("share", .share, "Of the bill without the lever.", example: "80%"),
      FormatField(
        "users", .count, "The number of users that it is said of.",
        default: "the lever's, else not told", example: "50"),
    ])

  package static let capacity = FormatObject(
    name: "capacity", summary: "What a fixed price buys, whether it is used or not.",
    fields: [
      FormatField("title", .text, "What it is, in a few words.", required: true),
      FormatField("models", .list(.text), "Models whose calls it takes.", required: true),
      FormatField("unit_price", .money, "A month, of one unit.", example: "$730", required: true),
      FormatField("minimum_units", .count, "Fewer are not sold.", default: "1"),
      FormatField(
        "tokens_per_minute", .count, "What a unit takes; the rest is billed as ever.",
        required: true),
      FormatField(
        "output_weight", .number, "Input tokens that an output token counts as.", default: "1"),
      FormatField("source", .text, "Where the figures come from."),
      FormatField("assumption", .text, "Why a figure that no source gives was assumed."),
    ])

  package static let selection = FormatObject(
    name: "selection",
    summary: "How `select` judges models, where it differs from the standard rules.",
    fields: [
      FormatField("max_latency", .duration, "Models that take longer on average are dropped."),
      FormatField(
        "max_cost", .money, "Models whose mean call costs more are dropped.", example: "$0.002"),
      FormatField("min_quality", .share, "Models of a lower quality are dropped.", example: "80%"),
      FormatField(
        "stand_in", .share, "Quality of models without a figure; else they are not scored."),
      FormatField("weights", .object("selection weights"), "Of the parts of a score."),
      FormatField(
        "latency_scale", .duration, "Latency at which its part of the score is used up.",
        default: "5000ms"),
      FormatField(
        "cost_scale", .money, "Cost of a call at which its part of the score is used up.",
        default: "$1"),
      FormatField("fallback", .text, "The model where none is left.", default: "none"),
      FormatField(
        "needs", .list(.text), "Tasks that take a capability of that name in the catalog.",
        default: "[vision, audio, transcription]"),
      FormatField(
        "fits", .share, "Share of the calls that a context window must hold.", default: "99%"),
      FormatField(
        "quality", .map(.object("quality scale")),
        "Quality of models by scale; those of a file go before those of the file that it extends.",
        names: "quality scale"),
    ])

  package static let selectionWeights = FormatObject(
    name: "selection weights",
    summary:
      "Score = quality × its weight + (1 − latency ÷ scale) × its + (1 − cost ÷ scale) × its "
      + "+ conversion × its.",
    fields: [
      FormatField("quality", .number, "Of the quality.", default: "0.4"),
      FormatField("latency", .number, "Of the latency.", default: "0.3"),
      FormatField("cost", .number, "Of the cost.", default: "0.2"),
      FormatField("conversion", .number, "Of the conversion.", default: "0.1"),
    ])

  package static let qualityScale = FormatObject(
    name: "quality scale", summary: "Figures that can be compared with one another.",
    fields: [
      FormatField("title", .text, "What it is, in a few words.", default: "its name"),
      FormatField("figures", .list(.object("quality figure")), "By model.", required: true),
      FormatField(
        "any_catalog", .flag, "Figures of models that the catalog does not have are passed over.",
        default: "false"),
    ])

  package static let qualityFigure = FormatObject(
    name: "quality figure", summary: "How good a model is; the first one that holds counts.",
    fields: [
      FormatField("model", .text, "Id or alias.", required: true),
      FormatField("quality", .share, "How good.", example: "91%", required: true),
      FormatField(
        "when", .map(.either([.text, .list(.text)])), "Which calls, as in a policy.",
        default: "all calls", example: "{task: reasoning}"),
      FormatField("source", .text, "Where the figure comes from.", default: "the scenario"),
    ])

  package static let shock = FormatObject(
    name: "shock", summary: "Something that may go wrong, for `stress`: overrides with a time.",
    fields: [
      FormatField("title", .text, "What happens, in a few words.", required: true),
      FormatField(
        "needs", .list(.choice(Precondition.allCases.map(\.rawValue))),
        "What the scenario must have; else the shock does not apply.", default: "nothing",
        example: "[response cache]"),
      FormatField(
        "with", .list(.text),
        "Overrides; `$from` and `$for` stand for the time in those that state one. Where none does, "
          + "whole days are taken from a month lived under them from its start.", required: true),
      FormatField(
        "from", .either([.text, .moment]),
        "`busiest day` or `busiest hour`, by the plan's expected calls while the shock lasts; `day 10` "
          + "of the period; or a time.",
        default: "the whole period"),
      FormatField(
        "for", .duration, "How long; left out where the overrides say `$from` alone.",
        example: "24h"),
      FormatField(
        "each_provider", .flag,
        "One shock for each provider that calls go to, `$provider` in the texts.",
        default: "false"),
      FormatField("source", .text, "Where the figures come from."),
    ])
}
