import CostModel
import Support

/// Every key of a policy file (docs/policy-format.md).
package enum PolicyFormat {
  package static let file = FileFormat(
    title: "costsim routing policy", objects: [policy, rule, conditions])

  package static let policy = FormatObject(
    name: "policy", summary: "The file itself.",
    fields: [
      FormatField("name", .text, "For reports.", default: "the file's name"),
      FormatField("source", .text, "Where the rules come from."),
      FormatField("rules", .list(.object("rule")), "The first that matches wins.", required: true),
    ])

  package static let rule = FormatObject(
    name: "rule", summary: "Conditions, and exactly one of `model`, `mix` and `logged`.",
    fields: [
      FormatField("name", .text, "The reason that reports give.", required: true),
      FormatField("when", .object("conditions"), "All must hold.", default: "always"),
      FormatField("model", .text, "Id or alias."),
      FormatField("mix", .map(.share), "Models by share; they add up to 100%."),
      FormatField(
        "sticky", .flag,
        "Of a `mix`: all calls of a conversation go to the model that its first one was given.",
        default: "true"),
      FormatField("logged", .flag, "`true`: the model that the trace names."),
      FormatField("estimated_cost", .money, "Shown, never billed."),
      FormatField("estimated_latency", .duration, "Shown, never waited for."),
    ])

  package static let conditions = FormatObject(
    name: "conditions", summary: "An attribute equals a text, or is one of a list.",
    fields: Attribute.ofRules.map {
      FormatField(
        $0.name, .either([.text, .list(.text)]),
        $0.isOfConversations ? $0.about : "The call's \($0.name).",
        example: $0.isOfConversations ? $0.example : nil)
    })
}
