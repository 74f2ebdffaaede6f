import CostModel

/// Which model of the catalog a row's names mean: an exact name before one with a part cut off, and the
/// seller that a row tells is binding.
package final class NameResolver {
  /// How a name was found, for the account.
  package enum How: String, CaseIterable {
    case alias = "alias table"
    case own = "own name"
    case deployment
    case part = "path, region or vendor left out"
    case snapshot = "dated snapshot"
    case pattern
  }
  package struct Answer {
    package var model: ModelID?
    /// The name as the row has it, or the catalog's.
    package var name: String
    package var provider: String?
    package var how: How?
    /// What the row asked for, where that resolves, too.
    package var asked: ModelID?
  }
  /// Several models of one name.
  package struct Ambiguous: Error {
    package var name: String
    package var models: [String]
  }
  private struct Key: Hashable {
    var name: String
    var seller: String?
  }

  package let catalog: Catalog?
  package let tables: NameTables
  private var known: [Key: Result<(ModelID, How)?, Ambiguous>] = [:]
  private var byName: [String: [ModelID]] = [:]

  package init(catalog: Catalog?, tables: NameTables) {
    self.catalog = catalog
    self.tables = tables
    for (index, model) in (catalog?.models ?? []).enumerated() {
      let id = ModelID(UInt16(index))
      for name in Set(([model.name] + model.aliases).flatMap { Self.forms($0, model.provider) }) {
        byName[name, default: []].append(id)
      }
    }
  }

  /// A name with and without its provider, in lower case.
  private static func forms(_ name: String, _ provider: String) -> [String] {
    let name = name.lowercased()
    let prefix = provider.lowercased() + "/"
    return name.hasPrefix(prefix)
      ? [name, String(name.dropFirst(prefix.count))] : [name, prefix + name]
  }

  /// - Parameters:
  ///   - names: what served first, what was asked for last.
  ///   - seller: whom the row tells, or its format.
  package func resolve(
    _ names: [String], asked: String?, seller: String?
  ) throws(Ambiguous) -> Answer {
    let told = seller ?? names.first.flatMap(SellerNames.seller(ofName:))
    var answer = Answer(name: names.first ?? asked ?? "", provider: told)
    for name in names + [asked].compactMap(\.self) {
      guard let (model, how) = try find(name, seller: seller) else { continue }
      answer.model = model
      answer.how = how
      break
    }
    if let asked, let found = try? find(asked, seller: seller) { answer.asked = found.0 }
    if let model = answer.model, let catalog {
      answer.name = catalog[model].name
      answer.provider = catalog[model].provider
    }
    return answer
  }

  package func find(_ name: String, seller: String?) throws(Ambiguous) -> (ModelID, How)? {
    let key = Key(name: name, seller: seller)
    if let known = known[key] { return try known.get() }
    let result = Result { () throws(Ambiguous) in try search(name, seller: seller) }
    known[key] = result
    return try result.get()
  }

  private func search(_ name: String, seller: String?) throws(Ambiguous) -> (ModelID, How)? {
    guard catalog != nil, !name.isEmpty else { return nil }
    let seller = seller ?? SellerNames.seller(ofName: name)
    let full = name.lowercased()
    var forms = [(full, How.own)]
    var cut = full
    let steps: [(String) -> String] = [
      SellerNames.withoutPath, SellerNames.withoutRegion,
      { SellerNames.withoutVendor($0, isTold: seller != nil) }, SellerNames.withoutVersion,
    ]
    for step in steps {
      let next = step(cut)
      if next != cut { forms.append((next, .part)) }
      cut = next
    }
    for form in forms {
      if let id = try exact(form.0, seller) { return (id.0, form.1 == .own ? id.1 : form.1) }
    }
    if let bare = SellerNames.withoutDate(cut), let id = try exact(bare, seller) {
      return (id.0, .snapshot)
    }
    let shortest = SellerNames.withoutDate(cut) ?? cut
    for form in forms.map(\.0) + [shortest] {
      let alias = tables.aliases.first { $0.isPattern && applies($0, form, seller) }
      if let alias { return (alias.model, .pattern) }
    }
    return nil
  }

  private func exact(_ name: String, _ seller: String?) throws(Ambiguous) -> (ModelID, How)? {
    if let alias = tables.aliases.first(where: { !$0.isPattern && applies($0, name, seller) }) {
      return (alias.model, alias.provider == nil ? .alias : .deployment)
    }
    guard let catalog else { return nil }
    let found = (byName[name] ?? []).filter { id in
      seller.map { catalog[id].provider.lowercased() == $0 } ?? true
    }
    // A model whose id is the very name is meant before those that are called so as well.
    let own = found.filter { catalog[$0].name.lowercased() == name }
    if own.count == 1 { return (own[0], .own) }
    guard found.count > 1 else { return found.first.map { ($0, .own) } }
    throw Ambiguous(name: name, models: found.map { catalog[$0].name })
  }

  /// Whether an alias is meant by the name in a row of that seller.
  private func applies(_ alias: NameTables.Alias, _ name: String, _ seller: String?) -> Bool {
    guard let catalog, alias.isPattern ? alias.name.matches(name) : alias.name.text == name else {
      return false
    }
    let owner = catalog[alias.model].provider.lowercased()
    if let demanded = alias.provider, demanded.lowercased() != seller { return false }
    return seller == nil || seller == owner
  }
}
