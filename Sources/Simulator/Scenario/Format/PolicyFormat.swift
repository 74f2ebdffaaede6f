import CostModel

/// Every key of a policy file.
enum PolicyFormat {
  static let file = FileFormat(
    title: "costsim routing policy", objects: [policy, rule, conditions])

  static let policy = FormatObject(
    name: "policy", summary: "The file itself.",
    fields: [
      FormatField("name", .text, "For reports.", default: "the file's name"),
      FormatField("rules", .list(.object("rule")), "The first that matches wins.", required: true),
    ])

  static let rule = FormatObject(
    name: "rule", summary: "Conditions and a model.",
    fields: [
      FormatField("name", .text, "The reason that reports give.", required: true),
      FormatField("when", .object("conditions"), "All must hold.", default: "always"),
      FormatField("model", .text, "The model."),
      FormatField("mix", .map(.share), "Models by share."),
    ])

  static let conditions = FormatObject(
    name: "conditions", summary: "Attribute equals, or is one of a list.",
    fields: Attribute.allCases.map {
      FormatField($0.name, .either([.text, .list(.text)]), "The call's \($0.name).")
    })
}
