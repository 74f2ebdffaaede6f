import CostModel
import Support

/// Every key of a claims file (docs/claims-format.md).
package enum ClaimsFormat {
  package static let file = FileFormat(
    title: "costsim claims",
    objects: [claims, claim, value, catalogFigure, planFigure, routeFigure])

  package static let claims = FormatObject(
    name: "claims", summary: "The file itself. Only `claims` is needed.",
    fields: [
      FormatField("title", .text, "One line for people.", default: "the file's name"),
      FormatField(
        "units", .map(.text),
        "Words that mean the same unit. Singular, so that `messages` and `message` are one.",
        example: "{ message: call, video: call }"),
      FormatField("catalogs", .map(.text), "Price catalogs by name, relative to this file."),
      FormatField("scenarios", .map(.text), "Scenarios by name, relative to this file."),
      FormatField(
        "policies", .map(.text),
        "Routing policies by name, relative to this file; their models are the first catalog's."),
      FormatField(
        "typed_from", .map(.list(.text)),
        "Documents that a catalog, scenario or policy was typed from, by its name: its figures restate "
          + "what these say and confirm none of it. A catalog's own `source` that names a document says "
          + "the same.", example: "{ documents: [complete-guide.md] }"),
      FormatField(
        "values", .map(.object("value")),
        "Numbers that formulas need and no document publishes, by name."),
      FormatField(
        "claims", .map(.object("claim")), "The published numbers, by name.", required: true),
      FormatField(
        "doubtful_within", .share,
        "A difference that rounding does not explain is doubtful up to this share, wrong beyond.",
        default: "5%"),
      FormatField(
        "assumed_factor", .number,
        "A recomputation that rests on an assumption makes a claim doubtful up to this factor, "
          + "wrong beyond.", default: "2"),
    ])

  /// How a number is recomputed; a claim or value has at most one of these.
  package static let ways: [FormatField] = [
    FormatField(
      "formula", .either([.text, .list(.text)]),
      "`+ - * / ( )`, numbers, `sum min max mean low high`, and names: a claim stands for what is "
        + "published, a value for what it is. A minus sign between names needs spaces. Of a claim also a list, when the "
        + "number must come out of each, like the total row of a table out of every column.",
      example: "v3-bill / v3-calls"),
    FormatField(
      "sum", .list(.text), "Names of the rows whose total this is.", example: "[row-1, row-2]"),
    FormatField("catalog", .object("catalog figure"), "A model's figure in a price catalog."),
    FormatField(
      "expected", .object("plan figure"),
      "A scenario's plan in closed form, without simulating; takes no time."),
    FormatField(
      "simulated", .object("plan figure"),
      "A scenario's plan, simulated; each plan is simulated once."),
    FormatField(
      "route", .object("route figure"), "What a routing policy estimates of a call."),
  ]

  package static let claim = FormatObject(
    name: "claim",
    summary: "One published number, and at most one way to recompute it. Claims of one `quantity` "
      + "share the subject, unit and way of the first of them, and must agree.",
    fields: [
      FormatField("quantity", .text, "What the number is of.", default: "the claim's name"),
      FormatField("subject", .text, "For people; the first claim of a quantity needs it."),
      FormatField(
        "published", .text,
        "As the document prints it. The digits tell the precision; `~` says that zeros at the end "
          + "do not count; `60–70%` is a range, `1,000+` and `<500` are bounds.",
        example: "$34.00", required: true),
      FormatField(
        "unit", .text,
        "`USD per month`, `USD per 1000 calls`, `%`, `x`, `ms`; any word is a unit. The first "
          + "claim of a quantity needs it unless the number has a `%`.", example: "USD per call"),
      FormatField(
        "at", .text, "Where it is published: document and line.",
        example: "complete-guide.md:2092", required: true),
      FormatField(
        "exact", .flag, "`true`: printed in full; anything else, however near, is wrong.",
        default: "false"),
      FormatField("note", .text, "A remark that the explanation ends with; changes no verdict."),
    ] + ways)

  package static let value = FormatObject(
    name: "value", summary: "A number for formulas: stated, or computed in one of the ways.",
    fields: [
      FormatField("value", .text, "The number itself, or a range.", example: "1,500"),
      FormatField("unit", .text, "Of the number; a computed one brings its own."),
      FormatField("subject", .text, "For people.", default: "the value's name"),
      FormatField(
        "assumed", .text,
        "Why it was chosen, where no document says it. What is computed from it then rests on an "
          + "assumption."),
    ] + ways)

  package static let catalogFigure = FormatObject(
    name: "catalog figure", summary: "A figure of one model.",
    fields: [
      FormatField("catalog", .text, "Name under `catalogs`.", default: "the only one"),
      FormatField("model", .text, "Id or alias.", required: true),
      FormatField(
        "figure", .choice(CatalogQuery.Figure.allCases.map(\.rawValue)),
        "A price as the catalog's first sheet states it, or another figure.", required: true),
    ])

  package static let planFigure = FormatObject(
    name: "plan figure", summary: "A figure of one plan.",
    fields: [
      FormatField("scenario", .text, "Name under `scenarios`.", default: "the only one"),
      FormatField(
        "users", .count, "Number of users; need not be a plan of the file.", required: true),
      FormatField(
        "figure", .choice(PlanQuery.Figure.allCases.map(\.rawValue)),
        "`attainable_hit_rate` (of a `cache_class`), `users_within_budget` and "
          + "`users_within_quota` (in the busiest hour) are closed forms only; latencies are "
          + "simulated only.", required: true),
      FormatField("model", .text, "Counts this model only."),
      FormatField("use_case", .text, "Counts this use case only."),
      FormatField("cache_class", .text, "Counts look-ups of this cache class only."),
    ])

  package static let routeFigure = FormatObject(
    name: "route figure",
    summary: "The estimate of the rule that a call with these attributes matches.",
    fields: [
      FormatField("policy", .text, "Name under `policies`.", default: "the only one"),
      FormatField(
        "figure", .choice(RouteQuery.Figure.allCases.map(\.rawValue)), "Which estimate.",
        required: true),
    ]
      + Attribute.ofRules.filter { !$0.isOfConversations }.map {
        FormatField($0.name, .text, "The call's \($0.name).")
      })
}
