import Support

extension ScenarioFormat {
  package static let experiment = FormatObject(
    name: "experiment", summary: "An A/B test on the calls of some workloads.",
    fields: [
      FormatField(
        "workloads", .list(.text), "Whose calls; a workload takes part in one experiment at most.",
        example: "[fan-messages]", required: true),
      FormatField(
        "unit", .choice(Experiment.Unit.allCases.map(\.rawValue)),
        "Who is given a variant: a user, for good; or each call (or flow) for itself.",
        default: "user"),
      FormatField(
        "when", .map(.either([.text, .list(.text)])),
        "Attributes of the calls that variants change, as in a policy; the others stay as they are.",
        default: "all", example: "{task: generation}"),
      FormatField(
        "variants", .map(.object("experiment variant")),
        "At least two, by name; the first is the control that the others are compared with.",
        required: true, names: "variant"),
      FormatField(
        "detect", .object("detect"), "The difference that the test shall be able to see."),
    ])

  package static let arm = FormatObject(
    name: "experiment variant", summary: "What is different; what is not said stays as it is.",
    fields: [
      FormatField(
        "share", .share, "Of the users (or calls); shares add up to 100%.", example: "50%",
        required: true),
      FormatField("model", .text, "In place of the one that the policy chooses."),
      FormatField(
        "system_prompt", .count, "Tokens of the static `prefix`, in place of the calls' own.",
        example: "900"),
      FormatField("system_prompt_added", .count, "Tokens added to it.", example: "150"),
      FormatField(
        "output_factor", .number, "On the visible output tokens.", default: "1", example: "0.8"),
      FormatField(
        "temperature", .number, "0 to 2. Recorded; it does not change what a call costs.",
        example: "0.7"),
      FormatField("conversion", .share, "Of the calls that have one.", example: "13%"),
      FormatField("satisfaction", .share, "Of the calls that have one.", example: "82%"),
    ])

  package static let detect = FormatObject(
    name: "detect", summary: "What the sample size is computed for.",
    fields: [
      FormatField(
        "metric", .choice(Experiment.Metric.allCases.map(\.rawValue)), "Which rate.",
        default: "conversion, where calls have one"),
      FormatField(
        "points", .number, "Percentage points above the control.",
        default: "what the stated rates differ by", example: "1.5"),
      FormatField(
        "relative", .share, "Or a share of the control's rate.", example: "10%"),
      FormatField("power", .share, "Chance to see such a difference.", default: "80%"),
      FormatField(
        "significance", .share, "Chance to see one where there is none.", default: "5%"),
    ])
}
