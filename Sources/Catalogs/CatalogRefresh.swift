import CostModel
import Support

/// A catalog's prices checked again in a price list: each model by its key there.
package struct CatalogRefresh {
  /// As it was, with what the list says now of every model that it has a key of.
  package private(set) var catalog: Catalog
  package private(set) var changes: [CatalogChange] = []
  package private(set) var checked: [String] = []
  /// `model (key)` of keys that the list does not have, or not any more.
  package private(set) var missing: [String] = []
  /// Models without a key in this list.
  package private(set) var unkeyed: [String] = []

  package var isClean: Bool { changes.isEmpty && missing.isEmpty }

  /// - Parameter list: `litellm` or `genai-prices`.
  package init(
    _ catalog: Catalog, from imported: CatalogImport, of list: String, on date: CivilDate
  ) {
    self.catalog = catalog
    let source = imported.catalog.source ?? list
    for index in catalog.models.indices {
      let id = ModelID(UInt16(index))
      let model = catalog[id]
      guard let key = Self.key(model, in: list) else {
        unkeyed.append(model.name)
        continue
      }
      guard let found = imported.catalog.id(exactly: key) else {
        missing.append("\(model.name) (\(key))")
        continue
      }
      checked.append(model.name)
      self.catalog[id] = Self.refreshed(
        model, from: imported.catalog[found], "\(source), \(key)", date)
    }
    changes = CatalogDiff.changes(from: catalog, to: self.catalog)
  }

  /// What the list calls the model: what the catalog says, else its own name where it was imported
  /// from that list.
  private static func key(_ model: Model, in list: String) -> String? {
    if let key = model.sourceKeys[list] { return key }
    let isImported =
      model.sourceKeys.isEmpty
      && (model.prices.last?.source?.hasPrefix(list) ?? false)
    return isImported ? model.name : nil
  }

  /// Prices, limits and dates are the list's; the names, latency and remarks stay.
  private static func refreshed(
    _ model: Model, from found: Model, _ source: String, _ date: CivilDate
  ) -> Model {
    var result = model
    result.prices = found.prices
    for index in result.prices.indices {
      result.prices[index].source = source
      result.prices[index].checked = date
      result.prices[index].assumption = model.prices.last?.assumption
      if let rates = model.prices.last?.rates { result.prices[index].rates.bill(asIn: rates) }
    }
    result.contextWindow = found.contextWindow ?? model.contextWindow
    result.maxOutputTokens = found.maxOutputTokens ?? model.maxOutputTokens
    result.deprecated = found.deprecated ?? model.deprecated
    result.isRetiring = found.isRetiring && result.deprecated == nil
    result.successor = found.successor ?? model.successor
    return result
  }

  // MARK: What it says

  package func text(_ path: String, _ source: String) -> String {
    var text = ""
    if !changes.isEmpty { text += CatalogDiffText.text(changes, nil) }
    text += list("Not in the list any more, and left as they are", missing)
    text += list("Not checked, since the catalog has no key of theirs in this list", unkeyed)
    let differing = HumanFormat.count(Int64(changes.count))
    text += "\(path): \(HumanFormat.plural(Int64(checked.count), "model")) checked in \(source): "
    text +=
      changes.isEmpty ? "none differs\n" : "\(differing) differ\(changes.count == 1 ? "s" : "")\n"
    return text
  }

  private func list(_ what: String, _ names: [String]) -> String {
    names.isEmpty
      ? "" : "\(what): \(names.map(HumanFormat.visible).joined(separator: ", ")).\n"
  }

  package func json(_ source: String) -> JSONValue {
    func names(_ names: [String]) -> JSONValue { .array(names.map(JSONValue.string)) }
    return .object([
      ("source", .string(source)), ("checked", names(checked)), ("missing", names(missing)),
      ("without_key", names(unkeyed)), ("differences", CatalogDiffText.json(changes, nil)),
    ])
  }
}

extension Rates {
  /// Lists call a search a query, which may be any call: where the catalog bills searches, so it stays.
  fileprivate mutating func bill(asIn rates: Rates) {
    guard rates.states(.searches), !rates.states(.calls), states(.calls), !states(.searches) else {
      return
    }
    self[.searches] = self[.calls]
    self[.calls] = nil
  }
}
