import CostModel
import Support

/// What an import made of a list, for people and for programs.
package enum ImportAccount {
  /// More than this many names are counted only.
  private static let shown = 10

  package static func text(_ result: CatalogImport) -> String {
    var text = "\(count(result.imported, "model")) imported of "
    text += "\(count(result.entries, "entry", "entries")) in \(result.catalog.source ?? "the list")"
    if result.aliases > 0 { text += "; \(number(result.aliases)) are aliases of others" }
    if result.filtered > 0 { text += "; \(number(result.filtered)) left out by the filter" }
    text += ".\n"
    text += list(
      "without any price that is understood (unpriced, never $0)", result.unpriced)
    text += list("skipped", result.skipped.map { "\($0.entry) (\($0.reason))" })
    // Each of these is another price than the list's, so each is named.
    text += list(
      "prices finer than a picodollar for what they are kept per, rounded", result.rounded,
      all: true)
    text += list("amounts that are no possible price, left out", result.refused, all: true)
    text += list(
      "prices of variants that nothing in the list tells, ordinary prices hold",
      result.unknownVariants,
      all: true)
    text += counts("Taken to mean something else than it says, models", result.remarks)
    text += counts("Prices not understood, models by field", result.unknownPrices)
    text += counts("Other fields without a place in a catalog", result.unused)
    return text
  }

  private static func list(_ what: String, _ names: [String], all: Bool = false) -> String {
    guard !names.isEmpty else { return "" }
    let count = all ? names.count : min(shown, names.count)
    var text = "\(number(names.count)) \(what):\n"
    for name in names.prefix(count) { text += "  \(HumanFormat.visible(name))\n" }
    if names.count > count { text += "  … and \(number(names.count - count)) more (--json)\n" }
    return text
  }

  private static func counts(_ what: String, _ counts: [String: Int]) -> String {
    guard !counts.isEmpty else { return "" }
    let lines = sorted(counts).map { "  \(number($0.count)) × \(HumanFormat.visible($0.name))\n" }
    return what + ":\n" + lines.joined()
  }

  /// The most frequent first.
  private static func sorted(_ counts: [String: Int]) -> [(name: String, count: Int)] {
    counts.map { (name: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
  }

  private static func number(_ count: Int) -> String { HumanFormat.count(Int64(count)) }

  private static func count(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    HumanFormat.plural(Int64(count), one, many)
  }

  package static func json(_ result: CatalogImport) -> JSONValue {
    func counts(_ counts: [String: Int]) -> JSONValue {
      .object(sorted(counts).map { ($0.name, .integer(Int64($0.count))) })
    }
    func names(_ names: [String]) -> JSONValue { .array(names.map(JSONValue.string)) }
    return .object([
      ("source", .optional(result.catalog.source, JSONValue.string)),
      ("entries", .integer(Int64(result.entries))),
      ("imported", .integer(Int64(result.imported))),
      ("aliases", .integer(Int64(result.aliases))),
      ("filtered", .integer(Int64(result.filtered))),
      ("unpriced", names(result.unpriced)),
      (
        "skipped",
        .array(
          result.skipped.map {
            .object([("entry", .string($0.entry)), ("reason", .string($0.reason))])
          })
      ),
      ("rounded", names(result.rounded)), ("refused", names(result.refused)),
      ("unknown_variants", names(result.unknownVariants)), ("remarks", counts(result.remarks)),
      ("unknown_prices", counts(result.unknownPrices)),
      ("unused_fields", counts(result.unused)),
    ])
  }
}
