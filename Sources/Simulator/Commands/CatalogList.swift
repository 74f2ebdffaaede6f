import ArgumentParser
import CostModel

struct CatalogList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists a catalog's models with their prices.",
    discussion: """
      Example: costsim catalog list scenarios/catalogs/market.yaml gpt-4o

      Prices are those of the last sheet, in USD per million tokens; '–' is not priced, 'free' is $0.
      """)

  @Argument(help: "Catalog file.")
  var catalog: String

  @OptionGroup var search: CatalogSearch
  @OptionGroup var printing: PrintOptions

  func run() throws {
    let models = try CatalogReader.read(path: catalog).models.filter(search.filter.matches)
    print(
      printing.json ? CatalogTable.json(models).text : CatalogTable.text(models), terminator: "")
  }
}
