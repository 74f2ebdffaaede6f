import CostModel
import Scenarios
import Support

/// What a company calls models, and what bills call meters (docs/trace-formats.md, "Names").
package struct NameTables {
  package struct Alias {
    package var name: WildcardText
    package var isPattern: Bool
    package var provider: String?
    package var model: ModelID
  }
  package struct Meter {
    package var provider: String
    package var pattern: WildcardText
    package var model: ModelID?
    package var kind: String?
  }

  package var aliases: [Alias] = []
  package var meters: [Meter] = []

  private static let alias = FormatObject(
    name: "alias", summary: "A name of a model.",
    fields: [
      FormatField("name", .text, "The name."),
      FormatField("pattern", .text, "All such names; `*` is any text without `:`."),
      FormatField("provider", .text, "Only in rows of this provider."),
      FormatField("model", .text, "The model of the catalog.", required: true),
    ])
  private static let meter = FormatObject(
    name: "meter", summary: "A meter of a bill.",
    fields: [
      FormatField("provider", .text, "Who bills it; `invoice` for invoices.", required: true),
      FormatField("pattern", .text, "Its name; `*` is any text.", required: true),
      FormatField("model", .text, "The model of the catalog."),
      FormatField("kind", .text, "What it counts."),
    ])
  private static let file = FormatObject(
    name: "alias file", summary: "Names of models and meters.",
    fields: [
      FormatField("aliases", .list(.object("alias")), "Names of models."),
      FormatField("meters", .list(.object("meter")), "Names of meters."),
    ])

  /// Reads files of either or both, in order. Throws every error of all of them.
  package init(paths: [String], catalog: Catalog) throws {
    let log = InputLog()
    for (order, path) in paths.enumerated() {
      let source: SourceFile
      do throws(SourceFile.Unreadable) {
        source = try SourceFile.read(path: path, order: order)
      } catch {
        throw BadInput(message: "\(path): error: \(error.message)")
      }
      guard let node = YAMLDocument.parse(source, log: log),
        let fields = Fields(node, as: Self.file, log: log)
      else { continue }
      let names = ModelNames(catalog: catalog, log: log)
      for node in fields.list("aliases") { read(alias: node, names) }
      for node in fields.list("meters") { read(meter: node, names) }
    }
    try log.throwIfAny()
  }

  package init() {}

  private mutating func read(alias node: YAMLNode, _ names: ModelNames) {
    guard let fields = Fields(node, as: Self.alias, log: names.log),
      let model = fields["model"].flatMap(names.id)
    else { return }
    let pattern = fields.text("pattern")
    guard let name = fields.text("name") ?? pattern else {
      return names.log.add(node.place, "this alias needs 'name' or 'pattern'")
    }
    aliases.append(
      Alias(
        name: WildcardText(name.lowercased(), except: ":"),
        isPattern: fields.text("name") == nil, provider: fields.text("provider"), model: model))
  }

  private mutating func read(meter node: YAMLNode, _ names: ModelNames) {
    guard let fields = Fields(node, as: Self.meter, log: names.log),
      let provider = fields.text("provider"), let pattern = fields.text("pattern")
    else { return }
    meters.append(
      Meter(
        provider: provider.lowercased(), pattern: WildcardText(pattern.lowercased()),
        model: fields["model"].flatMap(names.id), kind: fields.text("kind")))
  }

  /// The first that meets the text.
  package func meter(_ text: String, provider: String) -> Meter? {
    let text = text.lowercased()
    return meters.first { $0.provider == provider && $0.pattern.matches(text) }
  }
}
