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

  public init() {}

  /// Models that a catalog can hold.
  public static let maximumModels = Int(UInt16.max)

  /// Whether there is no place for another model.
  public var isFull: Bool { models.count == Self.maximumModels }

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

  /// Every id and alias, sorted.
  public var names: [String] { idsByName.keys.sorted() }

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

  /// Looks for an id or alias, then for a provider-qualified one: `azure/gpt-4o` is the `gpt-4o`
  /// of azure, `gpt-4o` may be `azure/gpt-4o`, in any case of letters.
  ///
  /// - Parameter provider: whose model it must be; nil: anybody's.
  public func resolve(_ name: String, provider: String? = nil) -> Match {
    func isWanted(_ id: ModelID) -> Bool {
      provider.map { models[id.index].provider.lowercased() == $0.lowercased() } ?? true
    }
    if let id = idsByName[name], isWanted(id) { return .model(id) }
    let candidates = (idsByQualifiedName[name.lowercased()] ?? []).filter(isWanted)
    return candidates.count > 1
      ? .ambiguous(candidates) : candidates.first.map(Match.model) ?? .unknown
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
