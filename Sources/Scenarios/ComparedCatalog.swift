import CostModel

/// Another catalog beside a scenario's own.
package struct ComparedCatalog: Sendable {
  package var name: String
  package var checked: CivilDate?
  /// The scenario's models, in its own order, with the other catalog's prices where it has them.
  package var catalog: Catalog
  /// Models that the other catalog does not have; they keep their prices.
  package var missing: [String] = []

  package init(_ other: Catalog, pricing own: Catalog) {
    name = other.name
    checked = other.checked
    catalog = own
    for index in own.models.indices {
      let id = ModelID(UInt16(index))
      let names = [own[id].name] + own[id].aliases
      if let match = names.lazy.compactMap(other.id(named:)).first {
        catalog[id].prices = other[match].prices
        catalog[id].deprecated = other[match].deprecated
        catalog[id].imageTokens = other[match].imageTokens ?? own[id].imageTokens
      } else {
        missing.append(own[id].name)
      }
    }
  }
}
