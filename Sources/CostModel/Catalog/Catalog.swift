/// Every model that calls can be sent to, with its prices. Names are looked up at the edge only.
public struct Catalog: Sendable {
  /// For people; empty if the file gives none.
  public var name = ""
  /// Where the figures come from, and when they were last looked at, unless a sheet says otherwise.
  public var source: String?
  public var checked: CivilDate?
  public private(set) var models: [Model] = []
  private var idsByName: [String: ModelID] = [:]
  /// By `provider/name`, and by what stands behind each `/` of a name; lower case.
  private var idsByQualifiedName: [String: [ModelID]] = [:]
  /// By the model that a name says, without owners and date.
  private var namesByStem: [String: [(name: ModelName, id: ModelID)]] = [:]
  private var patterns: [(pattern: NamePattern, id: ModelID)] = []

  public init() {}

  /// Models that a catalog can hold.
  public static let maximumModels = Int(UInt16.max)

  /// Whether there is no place for another model.
  public var isFull: Bool { models.count == Self.maximumModels }

  /// The model of that id or alias, letter for letter.
  public func id(exactly name: String) -> ModelID? { idsByName[name] }

  /// Whether an id or alias is that name, letter for letter.
  public func isTaken(_ name: String) -> Bool { idsByName[name] != nil }

  /// Adds a model under its name and aliases; nil, and nothing added, if one of them is taken or
  /// the catalog is full.
  @discardableResult
  public mutating func add(_ model: Model) -> ModelID? {
    let names = [model.name] + model.aliases
    guard names.allSatisfy({ idsByName[$0] == nil }), !isFull else {
      return nil
    }
    let id = ModelID(UInt16(models.count))
    models.append(model)
    for name in names {
      idsByName[name] = id
      if NamePattern.isPattern(name) {
        patterns.append((NamePattern(name), id))
        continue
      }
      let parts = ModelName(name)
      namesByStem[parts.stem, default: []].append((parts, id))
      for key in Self.qualifiedNames(name, model.provider) {
        if idsByQualifiedName[key]?.last != id { idsByQualifiedName[key, default: []].append(id) }
      }
    }
    return id
  }

  /// The model of that id or alias, else the only one that the name can mean; nil if there is none
  /// or there are several.
  public func id(named name: String) -> ModelID? {
    if case .model(let id) = resolve(name) { id } else { nil }
  }

  /// Every id and alias, patterns aside, sorted.
  public var names: [String] { idsByName.keys.filter { !NamePattern.isPattern($0) }.sorted() }

  /// The models with an id or alias that the pattern matches, by its whole or behind a `/`.
  public func ids(matching pattern: NamePattern) -> [ModelID] {
    models.indices.filter { index in
      Self.qualifiedNames(of: models[index]).contains(where: pattern.matches)
    }.map { ModelID(UInt16($0)) }
  }

  /// Whether the name is the model's own: its id, an alias, or one of them with or without the
  /// provider, in any case of letters. Otherwise it was read as the model's (`resolve`).
  public func isOwn(_ name: String, of id: ModelID) -> Bool {
    let name = name.lowercased()
    return states(name, id) || states(models[id.index].provider.lowercased() + "/" + name, id)
  }

  public subscript(id: ModelID) -> Model {
    get { models[id.index] }
    set {
      precondition(newValue.name == models[id.index].name, "a model keeps its name")
      models[id.index] = newValue
    }
  }
}

extension Catalog {
  /// What a name means.
  public enum Match: Hashable, Sendable {
    case model(ModelID)
    /// Nobody may guess which: prices of one model differ between providers.
    case ambiguous([ModelID])
    case unknown
  }

  /// What a name means, by the first of these that has an answer (docs/catalog-format.md, "Names"):
  /// an id or alias; the same in any case of letters, with or without its provider; of each provider the
  /// pattern that says most of the name; the same model under another form of its name, or without or with a date.
  /// Where that may mean several models, nobody may guess: prices of one model differ between providers.
  ///
  /// - Parameter provider: whose model it must be; nil: anybody's.
  public func resolve(_ name: String, provider: String? = nil) -> Match {
    func isWanted(_ id: ModelID) -> Bool {
      provider.map { models[id.index].provider.lowercased() == $0.lowercased() } ?? true
    }
    if let id = idsByName[name], isWanted(id) { return .model(id) }
    let qualified = (idsByQualifiedName[name.lowercased()] ?? []).filter(isWanted)
    let same = qualified.filter { states(name.lowercased(), $0) }
    if same.count == 1 { return .model(same[0]) }
    if qualified.count > 1 { return .ambiguous(qualified) }
    if qualified.isEmpty {
      if let match = Self.match(idsByPattern(name, isWanted)) { return match }
    }
    // Whoever sells it under one form of the name may not be the only one who sells it.
    return Self.match(qualified + otherForms(of: name).filter(isWanted)) ?? .unknown
  }

  /// Whether the name, in lower case, is an id or alias, with or without the provider before it.
  private func states(_ name: String, _ id: ModelID) -> Bool {
    let model = models[id.index]
    let names = ([model.name] + model.aliases).map { $0.lowercased() }
    return names.contains(name)
      || names.contains { model.provider.lowercased() + "/" + $0 == name }
  }

  /// Of each provider the models whose pattern says most of the name: patterns that match the name as it
  /// stands go before those that match it behind their provider's.
  private func idsByPattern(_ name: String, _ isWanted: (ModelID) -> Bool) -> [ModelID] {
    let matching = patterns.filter { isWanted($0.id) && matches($0.pattern, name, $0.id) }
    let bare = matching.filter { $0.pattern.matches(name.lowercased()) }
    let byProvider = Dictionary(grouping: bare.isEmpty ? matching : bare) {
      models[$0.id.index].provider
    }
    return byProvider.values.flatMap { found in
      let most = found.map(\.pattern.length).max()
      return found.filter { $0.pattern.length == most }.map(\.id)
    }
  }

  private func matches(_ pattern: NamePattern, _ name: String, _ id: ModelID) -> Bool {
    let provider = models[id.index].provider.lowercased() + "/"
    let name = name.lowercased()
    return pattern.matches(name)
      || (name.hasPrefix(provider)
        ? pattern.matches(String(name.dropFirst(provider.count)))
        : pattern.matches(provider + name))
  }

  /// Models that the name may mean though it is none of theirs: those with the same owners in their
  /// name, and of each provider those of the same date and place, as far as there are such.
  private func otherForms(of name: String) -> [ModelID] {
    let asked = ModelName(name)
    var found = (namesByStem[asked.stem] ?? []).filter {
      asked.mayMean($0.name, provider: models[$0.id.index].provider)
    }
    // A name without an owner means first what a catalog calls so.
    let alike = found.filter { $0.name.owners == asked.owners }
    if !asked.isBedrock, !alike.isEmpty { found = alike }
    let sellers = found.filter { ModelName.sellsByBedrock(models[$0.id.index].provider) }
    if asked.isBedrock, !sellers.isEmpty { found = sellers }
    return Dictionary(grouping: found) { models[$0.id.index].provider }.values.flatMap { found in
      let dated = found.filter { $0.name.date == asked.date }
      let near = dated.isEmpty ? found : dated
      let placed = near.filter { $0.name.place == asked.place }
      return (placed.isEmpty ? near : placed).map(\.id)
    }
  }

  /// nil: none.
  private static func match(_ ids: [ModelID]) -> Match? {
    let ids = Array(Set(ids)).sorted()
    return ids.count > 1 ? .ambiguous(ids) : ids.first.map(Match.model)
  }

  private static func qualifiedNames(of model: Model) -> Set<String> {
    ([model.name] + model.aliases).reduce(into: []) {
      $0.formUnion(qualifiedNames($1, model.provider))
    }
  }

  private static func qualifiedNames(_ name: String, _ provider: String) -> Set<String> {
    let name = name.lowercased()
    var keys: Set = [name, provider.lowercased() + "/" + name]
    for slash in name.indices where name[slash] == "/" {
      keys.insert(String(name[name.index(after: slash)...]))
    }
    return keys
  }
}
