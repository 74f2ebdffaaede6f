import CostModel

/// Looks models up by name or alias; an unknown one is an error with the nearest known name.
struct ModelNames {
  let catalog: Catalog
  let log: InputLog

  func id(_ name: String, at place: Place) -> ModelID? {
    if let id = catalog.id(named: name) { return id }
    // Without a catalog, every name would be unknown; that it is missing has been said.
    if !catalog.models.isEmpty {
      log.unknown("model", name, at: place, among: catalog.names)
    }
    return nil
  }

  func id(_ node: YAMLNode) -> ModelID? {
    log.scalar(node, "a model's name").flatMap { id($0, at: node.place) }
  }
}
