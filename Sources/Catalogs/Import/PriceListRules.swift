import CostModel
import Scenarios
import Support

/// What price lists leave to the code around them: data, in `Limits/price-lists.yaml`.
package struct PriceListRules: Sendable {
  private struct Rule: Sendable {
    var list: String
    var models: [NamePattern]
    /// Its minimum of audio and its shares.
    var sheet: PriceSheet
  }

  private var rules: [Rule] = []

  private static let file = FormatObject(
    name: "price list rules", summary: "Rules of price lists.",
    fields: [FormatField("rules", .list(.object("rule")), "The rules.", required: true)])
  private static let rule = FormatObject(
    name: "rule", summary: "What holds for some models of a list.",
    fields: [
      FormatField("list", .text, "Whose.", required: true),
      FormatField("models", .list(.text), "Names or patterns.", required: true),
    ] + CatalogFormat.sheet.fields)

  /// The shipped rules. Throws if their file is wrong, which the tests rule out.
  package static func shipped() throws(InputErrors) -> PriceListRules {
    let log = InputLog()
    let file = SourceFile(
      path: "price-lists.yaml", order: 0,
      text: String(decoding: PackageResources.price_lists_yaml, as: UTF8.self))
    var result = PriceListRules()
    if let root = YAMLDocument.parse(file, log: log),
      let fields = Fields(root, as: Self.file, log: log)
    {
      result.rules = fields.list("rules").compactMap { node in
        guard let fields = Fields(node, as: rule, log: log), let list = fields.text("list") else {
          return nil
        }
        let models = fields["models"].map { log.texts($0).map { NamePattern($0.text) } } ?? []
        return Rule(list: list, models: models, sheet: PriceSheetReader(log: log).read(fields))
      }
    }
    try log.throwIfAny()
    return result
  }

  /// Adds what the list's rules say of the model, where it does not say otherwise.
  package func apply(to model: inout Model, of list: String) {
    let fitting = rules.first { rule in
      rule.list == list && rule.models.contains { $0.matches(model.name) }
    }
    guard let rule = fitting?.sheet else { return }
    for index in model.prices.indices {
      let sheet = model.prices[index]
      if sheet.rates.states(.audioSeconds), sheet.minimumAudio == .zero {
        model.prices[index].minimumAudio = rule.minimumAudio
      }
      model.prices[index].rates.addShares(of: rule.rates)
      if let batch = rule.batch { model.prices[index].batch?.rates.addShares(of: batch.rates) }
    }
  }
}

extension Rates {
  /// Shares of a rule, for parts that are not stated of what is.
  fileprivate mutating func addShares(of rule: Rates) {
    for dimension in BillingDimension.allCases {
      guard let parent = dimension.parent, let share = rule.share(of: dimension), states(parent),
        !states(dimension)
      else { continue }
      setShare(share, of: dimension)
    }
  }
}
