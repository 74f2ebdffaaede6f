import ArgumentParser
import Catalogs
import CostModel
import Foundation
import Scenarios
import Support

struct CatalogRefreshCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refresh",
    abstract: "Checks every price of a catalog again in a price list, by its key there.",
    discussion: """
      Example: costsim catalog refresh scenarios/catalogs/market.yaml \\
        --from litellm-1.110.2-py3-none-any.whl -o market.yaml

      A model's key is its `source_keys` of that list. Every difference is shown; exit code 99 says that \
      there is one, or that the list no longer has a key. With -o the refreshed catalog is written, whole \
      and without comments, and the exit code is 0.
      """)

  @Argument(help: "Catalog file.")
  var catalog: String

  @Option(help: "The list, or the wheel that has it.")
  var from: String

  @Option(help: "litellm or genai-prices; default: what the file's name says.")
  var kind: PriceListKind?

  @Option(help: "When the list was looked at: 2026-10-21; default today.")
  var checked: String?

  @Option(name: .shortAndLong, help: "The catalog to write.")
  var out: String?

  @OptionGroup var printing: PrintOptions

  func run() throws {
    let name = from.split(separator: "/").last.map(String.init) ?? from
    let guess: PriceListKind =
      name.hasPrefix("genai") || name.hasPrefix("data.")
      ? .genAIPrices : .litellm
    let kind = kind ?? guess
    let outputs = Outputs()
    if let out { try outputs.claim(out) }
    let day = try CivilDate.today(or: checked, option: "--checked")
    let known = try CatalogReader.read(path: catalog)
    let list = try PriceListSource(kind: kind, path: from).read(
      filter: CatalogFilter(), checked: day)
    let source = list.catalog.source ?? kind.rawValue
    let refresh = CatalogRefresh(known, from: list, of: kind.rawValue, on: day)
    printing.show(json: refresh.json(source), text: refresh.text(catalog, source))
    guard let out else {
      if !refresh.isClean { throw GateFailure() }
      return
    }
    let comment = "Refreshed by costsim \(Version.current) from \(source)."
    try outputs.write(CatalogText.text(refresh.catalog, comment: comment), to: out)
    try outputs.commit()
  }
}
