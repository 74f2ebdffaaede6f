import CostModel
import Support

/// Looks models up by name or alias; an unknown one is an error with the nearest known name.
package struct ModelNames {
  package var catalog: Catalog
  package let log: InputLog
  /// Whether the catalog was read without errors; else a name may be unknown because of them.
  package var isSound = true

  package init(catalog: Catalog, log: InputLog, isSound: Bool = true) {
    self.catalog = catalog
    self.log = log
    self.isSound = isSound
  }

  package func id(_ name: String, at place: Place) -> ModelID? {
    if let id = catalog.id(named: name) { return id }
    if isSound, !catalog.models.isEmpty {
      let problem = Self.problem(name, in: catalog)
      log.add(place, problem.message, hint: problem.hint)
    }
    return nil
  }

  /// The models of a name, or all that a pattern (`claude-*`) matches.
  package func ids(_ name: String, at place: Place) -> [ModelID] {
    guard NamePattern.isPattern(name), catalog.resolve(name) == .unknown else {
      return id(name, at: place).map { [$0] } ?? []
    }
    let ids = catalog.ids(matching: NamePattern(name))
    if ids.isEmpty, isSound, !catalog.models.isEmpty {
      log.add(place, "no model matches the pattern '\(name)'")
    }
    return ids
  }

  /// Why a name, perhaps of a stated provider, is not one model's.
  package static func problem(
    _ name: String, provider: String? = nil, in catalog: Catalog, isHinted: Bool = true
  ) -> Quantity.Problem {
    if case .ambiguous(let ids) = catalog.resolve(name, provider: provider) {
      var names = InputLog.alternatives(ids.prefix(shown).map { "'\(catalog[$0].name)'" })
      if ids.count > shown { names += " or \(ids.count - shown) more" }
      return Quantity.Problem("the model '\(name)' is ambiguous, expected \(names)")
    }
    let whose = provider.map { " of provider '\($0)'" } ?? ""
    return Quantity.Problem(
      "unknown model '\(name)'\(whose)",
      hint: isHinted
        ? NearestName.model(to: name, among: catalog.names).map { "did you mean '\($0)'?" } : nil)
  }

  /// Whether a text begins with what `problem` says.
  package static func isProblem(_ text: String) -> Bool {
    text.hasPrefix("unknown model '") || text.hasPrefix("the model '")
  }

  /// More models of one name are counted only.
  private static let shown = 12

  package func id(_ node: YAMLNode) -> ModelID? {
    log.scalar(node, "a model's name").flatMap { id($0, at: node.place) }
  }
}
