import Support

/// A scenario file and all that it names, parsed once: variants are read from it without touching
/// a file or parsing YAML again.
package struct ScenarioTree: Sendable {
  package var path: String
  package var allowOutside: Bool
  /// Where files are read from that a variant is the first to name.
  package var source: FileSource
  /// After `extends` and overrides, ranges replaced by their likely values.
  package var root: YAMLNode
  /// Where the catalog was read from; nil if there is none.
  package var catalogPath: String?
  /// Every file read, by path.
  package var files: [String: ScenarioFiles.Loaded]
  /// Everything that can be varied: the number of users, then in file order, then of the catalog.
  package var inputs: [ScenarioInput]

  package var catalog: YAMLNode? { catalogPath.flatMap { files[$0]?.node } }

  /// The inputs that a pattern means.
  package func inputs(matching pattern: InputPattern) -> [ScenarioInput] {
    inputs.filter { pattern.matches($0.path) }
  }

  /// The inputs that a factor on a pattern scales: of price sheets the prices, and what is no price only
  /// where the pattern means nothing else.
  package func inputs(scaledBy pattern: InputPattern) -> [ScenarioInput] {
    let meant = inputs(matching: pattern)
    let amounts = meant.filter { !$0.isPriceRule }
    return amounts.isEmpty ? meant : amounts
  }

  /// The tree with these inputs changed.
  package func varied(_ settings: [InputSetting]) -> ScenarioTree {
    guard !settings.isEmpty else { return self }
    var edit = InputEdit(scenario: root, catalog: catalog)
    edit.apply(settings, among: inputs)
    var result = self
    result.root = edit.scenario
    if let path = catalogPath, let catalog = edit.catalog { result.files[path]?.node = catalog }
    return result
  }

  /// The scenario with these inputs changed, and then with these overrides.
  ///
  /// - Parameter source: what errors in `overrides` are said to be in.
  package func scenario(
    _ settings: [InputSetting] = [], overrides: [String] = [], source: String = "--override"
  ) throws(InputErrors) -> Scenario {
    try ScenarioReader.read(varied(settings), overrides: overrides, source: source)
  }
}
