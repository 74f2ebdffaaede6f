import CostModel
import Scenarios
import Support

/// What came of importing a price list: the catalog, and an account of every entry and field, so
/// that nothing is dropped in silence.
package struct CatalogImport {
  package struct Skipped {
    package var entry: String
    package var reason: String
  }

  package var catalog = Catalog()
  /// Entries of the list, imported or not.
  package private(set) var entries = 0
  /// Entries that are another entry's name.
  package private(set) var aliases = 0
  /// Entries that the filter left out.
  package private(set) var filtered = 0
  package private(set) var skipped: [Skipped] = []
  /// Models without any price that is understood.
  package private(set) var unpriced: [String] = []
  /// `model: field` of prices that are finer than a picodollar for what they are kept per.
  package private(set) var rounded: [String] = []
  /// `model: field` of amounts that are no possible price.
  package private(set) var refused: [String] = []
  /// `model: batch: input` of variants for which the list says nothing that their price follows from,
  /// so that the ordinary one holds.
  package private(set) var unknownVariants: [String] = []
  /// Fields that say something of prices and are not understood, by name.
  package private(set) var unknownPrices: [String: Int] = [:]
  /// Other fields that have no place in a catalog, by name.
  package private(set) var unused: [String: Int] = [:]
  /// What was taken to mean something else than it says, by kind.
  package private(set) var remarks: [String: Int] = [:]

  private let filter: CatalogFilter
  private let list: String
  private let rules: PriceListRules

  package init(of list: String, filter: CatalogFilter, rules: PriceListRules) {
    (self.list, self.filter, self.rules) = (list, filter, rules)
  }

  package var imported: Int { catalog.models.count }

  // MARK: Entries

  /// Adds an entry's model with what was found in its fields.
  package mutating func add(_ model: Model, _ fields: FieldAccount) {
    entries += 1
    guard filter.matches(model) else {
      filtered += 1
      return
    }
    guard CatalogText.canHold(model) else {
      skipped.append(Skipped(entry: model.name, reason: "its name is too long for a YAML key"))
      return
    }
    var model = model
    model.aliases.removeAll { catalog.isTaken($0) }
    rules.apply(to: &model, of: list)
    guard catalog.add(model) != nil else {
      let reason = catalog.isFull ? "the catalog is full" : "its name is already taken"
      skipped.append(Skipped(entry: model.name, reason: reason))
      return
    }
    if model.prices.allSatisfy(\.isUnpriced) { unpriced.append(model.name) }
    rounded += fields.rounded.map { "\(model.name): \($0)" }
    refused += fields.refused.map { "\(model.name): \($0)" }
    for name in fields.unknownPrices { unknownPrices[name, default: 0] += 1 }
    for name in fields.unused { unused[name, default: 0] += 1 }
    let review = VariantReview(model)
    unknownVariants += review.unknown.map { "\(model.name): \($0)" }
    for remark in fields.remarks.union(review.derived) { remarks[remark, default: 0] += 1 }
  }

  /// Prices without a source of their own are the list's.
  package mutating func fillSources() {
    for index in 0..<catalog.models.count {
      let id = ModelID(UInt16(index))
      var model = catalog[id]
      for sheet in model.prices.indices {
        model.prices[sheet].source = model.prices[sheet].source ?? catalog.source
        model.prices[sheet].checked = model.prices[sheet].checked ?? catalog.checked
      }
      catalog[id] = model
    }
  }

  package mutating func addAlias() {
    entries += 1
    aliases += 1
  }

  package mutating func skip(_ entry: String, because reason: String) {
    entries += 1
    skipped.append(Skipped(entry: entry, reason: reason))
  }
}

/// An account of what happened to the fields of one entry.
package struct FieldAccount {
  package private(set) var rounded: [String] = []
  package private(set) var refused: [String] = []
  package private(set) var unknownPrices: Set<String> = []
  package private(set) var unused: Set<String> = []
  package private(set) var remarks: Set<String> = []

  package mutating func unknownPrice(_ field: String) { unknownPrices.insert(field) }
  package mutating func refuse(_ field: String) { refused.append(field) }
  package mutating func unused(_ field: String) { unused.insert(field) }
  package mutating func remark(_ text: String) { remarks.insert(text) }

  /// A price under a field, noted if it is rounded or impossible.
  package mutating func rate(
    _ field: String, _ amount: DataTree, _ unit: ImportedPrice.Unit, _ dimension: BillingDimension
  ) -> Rate? {
    guard let result = ImportedPrice.rate(amount, unit),
      !dimension.isTokens || !Quantity.isAbsurd(result.rate)
    else {
      refuse(field)
      return nil
    }
    if result.isRounded { rounded.append(field) }
    return result.rate
  }
}

/// Which models are wanted: of any of the providers, with all of the words in what they are called
/// or can do.
package struct CatalogFilter {
  package var words: [String] = []
  package var providers: [String] = []

  package init(words: [String] = [], providers: [String] = []) {
    self.words = words
    self.providers = providers
  }

  package func matches(_ model: Model) -> Bool {
    let provider = model.provider.lowercased()
    guard providers.isEmpty || providers.contains(where: { $0.lowercased() == provider }) else {
      return false
    }
    let text = ([model.name, provider] + model.aliases + model.capabilities)
      .joined(separator: " ").lowercased()
    return words.allSatisfy { text.contains($0.lowercased()) }
  }
}
