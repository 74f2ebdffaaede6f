import CostModel

/// Looks models up by name or alias; an unknown one is an error with the nearest known name.
struct ModelNames {
  var catalog: Catalog
  let log: InputLog
  /// Whether the catalog was read without errors; else a name may be unknown because of them.
  var isSound = true

  func id(_ name: String, at place: Place) -> ModelID? {
    if let id = catalog.id(named: name) { return id }
    if isSound, !catalog.models.isEmpty {
      log.unknown("model", name, at: place, among: catalog.names)
    }
    return nil
  }

  func id(_ node: YAMLNode) -> ModelID? {
    log.scalar(node, "a model's name").flatMap { id($0, at: node.place) }
  }
}
