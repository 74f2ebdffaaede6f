import ArgumentParser
import Catalogs
import CostModel
import Scenarios
import Support

struct CatalogList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists a catalog's models with their prices.",
    discussion: """
      Example: costsim catalog list scenarios/catalogs/market.yaml gpt-4o --sort input_usd_per_1m

      Prices are those of the last sheet, in USD per million tokens; an empty one is none, never $0. \
      --json gives all that the catalog says of them.
      """)

  @Argument(help: "Catalog file.")
  var catalog: String

  @OptionGroup var search: CatalogSearch
  @OptionGroup var tables: TableOptions
  @OptionGroup var printing: PrintOptions

  @Option(help: "How CSV is written: rfc4180, excel or excel-fr.")
  var csvDialect = CSVDialect.rfc4180

  func run() throws {
    let models = try CatalogReader.read(path: catalog).models.filter(search.filter.matches)
    if printing.json, !tables.choice.isMade {
      printing.show(json: CatalogTable.json(models), text: "")
    } else {
      let table = try tables.choice.choose(from: CatalogTable.table(models))
      printing.show(table, dialect: csvDialect)
    }
  }
}
