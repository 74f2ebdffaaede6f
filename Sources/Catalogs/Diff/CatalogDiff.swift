import CostModel

/// One difference between two catalogs, in one model.
package struct CatalogChange: Sendable {
  package enum Kind: String, Sendable { case added, removed, changed }
  package struct Line: Sendable {
    package var label: String
    /// nil: there was, or is, none.
    package var before: String?
    package var after: String?
    /// New price over old one; nil where there are not both.
    package var ratio: Double?
  }

  package var model: String
  package var kind: Kind
  package var lines: [Line]
}

package enum CatalogDiff {
  /// Models by id, those of the first catalog first; sources and dates do not count.
  package static func changes(from before: Catalog, to after: Catalog) -> [CatalogChange] {
    let old = Dictionary(uniqueKeysWithValues: before.models.map { ($0.name, $0) })
    let new = Dictionary(uniqueKeysWithValues: after.models.map { ($0.name, $0) })
    var changes: [CatalogChange] = before.models.compactMap { model in
      guard let other = new[model.name] else {
        return CatalogChange(model: model.name, kind: .removed, lines: [])
      }
      let lines = lines(facts(model), facts(other))
      return lines.isEmpty
        ? nil : CatalogChange(model: model.name, kind: .changed, lines: lines)
    }
    for model in after.models where old[model.name] == nil {
      changes.append(
        CatalogChange(model: model.name, kind: .added, lines: lines([], facts(model))))
    }
    return changes
  }

  private static func facts(_ model: Model) -> [CatalogFact] {
    CatalogFact.list(model).filter { $0.kind != .origin }
  }

  private static func lines(
    _ before: [CatalogFact], _ after: [CatalogFact]
  ) -> [CatalogChange.Line] {
    var lines: [CatalogChange.Line] = before.compactMap { old in
      let new = after.first { $0.label == old.label }
      guard new?.text != old.text else { return nil }
      return CatalogChange.Line(
        label: old.label, before: old.text, after: new?.text, ratio: ratio(old.rate, new?.rate))
    }
    for new in after where !before.contains(where: { $0.label == new.label }) {
      lines.append(CatalogChange.Line(label: new.label, before: nil, after: new.text))
    }
    return lines
  }

  private static func ratio(_ before: Rate?, _ after: Rate?) -> Double? {
    guard let before, let after, before.picodollars > 0 else { return nil }
    return Double(after.picodollars) / Double(after.per)
      / (Double(before.picodollars) / Double(before.per))
  }
}
