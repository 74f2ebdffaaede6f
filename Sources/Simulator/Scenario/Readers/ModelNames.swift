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
      let problem = Self.problem(name, in: catalog)
      log.add(place, problem.message, hint: problem.hint)
    }
    return nil
  }

  /// Why a name, perhaps of a stated provider, is not one model's.
  static func problem(
    _ name: String, provider: String? = nil, in catalog: Catalog
  ) -> Quantity.Problem {
    if case .ambiguous(let ids) = catalog.resolve(name, provider: provider) {
      let names = InputLog.alternatives(ids.map { "'\(catalog[$0].name)'" })
      return Quantity.Problem("the model '\(name)' is ambiguous, expected \(names)")
    }
    let whose = provider.map { " of provider '\($0)'" } ?? ""
    return Quantity.Problem(
      "unknown model '\(name)'\(whose)",
      hint: NearestName.hint(for: name, among: catalog.names))
  }

  func id(_ node: YAMLNode) -> ModelID? {
    log.scalar(node, "a model's name").flatMap { id($0, at: node.place) }
  }
}
