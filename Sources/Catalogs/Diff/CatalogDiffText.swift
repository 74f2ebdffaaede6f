import CostModel
import Support

/// What `catalog diff` found, for people and for programs.
package enum CatalogDiffText {
  package static func text(_ changes: [CatalogChange], _ comparison: CatalogComparison?) -> String {
    var text = changes.isEmpty ? "No model and no price differs.\n" : ""
    for change in changes {
      let mark = Self.mark(change.kind)
      text += "\(mark) \(HumanFormat.visible(change.model))\n"
      guard change.kind == .changed else { continue }
      for line in change.lines {
        let values = "\(line.before ?? "none") → \(line.after ?? "none")"
        text += "    " + HumanFormat.visible("\(line.label): \(values)")
        if let ratio = line.ratio, ratio != 1 { text += " (\(signed(ratio - 1)))" }
        text += "\n"
      }
    }
    return text + (comparison.map(bills) ?? "")
  }

  private static func mark(_ kind: CatalogChange.Kind) -> String {
    switch kind {
    case .added: "+"
    case .removed: "-"
    case .changed: "~"
    }
  }

  /// `+12.5 %`.
  private static func signed(_ share: Double) -> String {
    (share > 0 ? "+" : "") + HumanFormat.percent(share)
  }

  private static func bills(_ comparison: CatalogComparison) -> String {
    var text = ""
    for plan in comparison.plans {
      text +=
        "\n\(HumanFormat.plural(Int64(plan.plan.users), "user")): the expected bill goes from "
      text += "\(HumanFormat.usd(plan.own)) to \(HumanFormat.usd(plan.other))"
      if plan.own > 0 { text += " (\(signed(plan.other / plan.own - 1)))" }
      text += "\n"
      for effect in plan.effects {
        let sign = effect.difference > 0 ? "+" : ""
        text +=
          "    \(HumanFormat.visible(effect.model)): \(sign)\(HumanFormat.usd(effect.difference))\n"
      }
    }
    if !comparison.missing.isEmpty {
      text += "\nCalled, but not in the second catalog, and so at the first one's prices: "
      text += HumanFormat.visible(comparison.missing.joined(separator: ", ")) + "\n"
    }
    return text
  }

  package static func json(
    _ changes: [CatalogChange], _ comparison: CatalogComparison?
  ) -> JSONValue {
    .object([
      ("changes", .array(changes.map(json))),
      ("bills", .array(comparison?.plans.map(json) ?? [])),
      ("missing", .array(comparison?.missing.map(JSONValue.string) ?? [])),
    ])
  }

  private static func json(_ change: CatalogChange) -> JSONValue {
    .object([
      ("model", .string(change.model)), ("change", .string(change.kind.rawValue)),
      (
        "lines",
        .array(
          change.lines.map {
            .object([
              ("what", .string($0.label)), ("before", .optional($0.before, JSONValue.string)),
              ("after", .optional($0.after, JSONValue.string)),
            ])
          })
      ),
    ])
  }

  private static func json(_ plan: CatalogComparison.Plan) -> JSONValue {
    func usd(_ value: Double) -> JSONValue {
      .optional(DecimalText.real(value, places: 6), JSONValue.string)
    }
    return .object([
      ("plan", .string(plan.plan.name)), ("users", .integer(Int64(plan.plan.users))),
      ("before_usd", usd(plan.own)), ("after_usd", usd(plan.other)),
      (
        "models",
        .array(
          plan.effects.map {
            .object([("model", .string($0.model)), ("difference_usd", usd($0.difference))])
          })
      ),
    ])
  }
}
