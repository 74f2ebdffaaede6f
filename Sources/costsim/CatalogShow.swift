import ArgumentParser
import Catalogs
import CostModel
import Scenarios
import Support

struct CatalogShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows all that a catalog says of a model.",
    discussion: """
      Example: costsim catalog show scenarios/catalogs/market.yaml azure/gpt-4o

      A model is named by its id or alias, or by its provider and name.
      """)

  @Argument(help: "Catalog file.")
  var catalog: String

  @Argument(help: "Models.")
  var models: [String]

  @OptionGroup var printing: PrintOptions

  func run() throws {
    let catalog = try CatalogReader.read(path: catalog)
    let found = try models.map { name in
      guard let id = catalog.id(named: name) else {
        let problem = ModelNames.problem(name, in: catalog)
        throw BadInput(
          message: "error: \(problem.message)" + (problem.hint.map { "\n" + $0 } ?? ""))
      }
      return catalog[id]
    }
    printing.show(
      json: CatalogTable.json(found), text: found.map(CatalogTable.text).joined(separator: "\n"))
  }
}
