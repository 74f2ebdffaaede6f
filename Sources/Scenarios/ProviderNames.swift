import CostModel

extension Catalog {
  /// Providers whose names differ in case, spaces, `-` and `_` alone, each group in the order of the catalog:
  /// they are taken for several, so that an outage of one leaves the models of the others alone.
  package var providersAlike: [[String]] {
    var groups: [(key: String, names: [String])] = []
    for name in models.map(\.provider) {
      let key = name.lowercased().filter { !" -_".contains($0) }
      let place = groups.firstIndex { $0.key == key } ?? groups.count
      if place == groups.count { groups.append((key, [])) }
      if !groups[place].names.contains(name) { groups[place].names.append(name) }
    }
    return groups.map(\.names).filter { $0.count > 1 }
  }
}
