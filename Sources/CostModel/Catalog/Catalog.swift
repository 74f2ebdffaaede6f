/// Every model that calls can be sent to, with its prices. Names are looked up at the edge only.
public struct Catalog: Sendable {
  public private(set) var models: [Model] = []
  private var idsByName: [String: ModelID] = [:]

  public init() {}

  /// Adds a model under its name and aliases; nil, and nothing added, if one of them is taken.
  @discardableResult
  public mutating func add(_ model: Model) -> ModelID? {
    let names = [model.name] + model.aliases
    guard names.allSatisfy({ idsByName[$0] == nil }), models.count < Int(UInt16.max) else {
      return nil
    }
    let id = ModelID(UInt16(models.count))
    models.append(model)
    for name in names { idsByName[name] = id }
    return id
  }

  /// The model of that id or alias.
  public func id(named name: String) -> ModelID? { idsByName[name] }

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
