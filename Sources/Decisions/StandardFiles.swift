import Scenarios
import Support

/// The levers and shocks that every scenario is asked about, whatever its models, and what a test shall be able to see,
/// embedded in the program.
package enum StandardFiles {
  package static func levers() throws(InputErrors) -> [Lever] {
    try read(PackageResources.levers_yaml, "levers") { $0.lever($1) }
  }

  /// Days are those of the scenario's period.
  package static func shocks() throws(InputErrors) -> [Shock] {
    try read(PackageResources.shocks_yaml, "shocks") { $0.shock($1, local: .utc) }
  }

  /// Reads the difference that the sample size of an experiment is computed for, where the scenario
  /// does not say.
  package static func detect() throws(InputErrors) -> Experiment.Detect {
    let log = InputLog()
    let file = SourceFile(
      path: "standard detect", order: 0,
      text: String(decoding: PackageResources.experiments_yaml, as: UTF8.self))
    let detect = YAMLDocument.parse(file, log: log)?["detect"].flatMap {
      DetectReader(log: log).read($0)
    }
    try log.throwIfAny()
    return detect ?? Experiment.Detect()
  }

  private static func read<Item>(
    _ text: [UInt8], _ key: String, _ item: (LeverReader, YAMLNode.Entry) -> Item?
  ) throws(InputErrors) -> [Item] {
    let log = InputLog()
    let file = SourceFile(
      path: "standard \(key)", order: 0, text: String(decoding: text, as: UTF8.self))
    let entries = YAMLDocument.parse(file, log: log)?[key].flatMap { log.entries($0) } ?? []
    let items = entries.compactMap { item(LeverReader(log: log), $0) }
    try log.throwIfAny()
    return items
  }

  /// Standard ones, but own ones where names are the same; own ones last.
  package static func merged<Item>(
    _ standard: [Item], with own: [Item], name: KeyPath<Item, String>
  ) -> [Item] {
    let names = Set(own.map { $0[keyPath: name] })
    return standard.filter { !names.contains($0[keyPath: name]) } + own
  }
}
