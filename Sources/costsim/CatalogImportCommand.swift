import ArgumentParser
import Catalogs
import CostModel
import Foundation
import Scenarios
import Support

struct CatalogImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Turns LiteLLM's or genai-prices' price list into a catalog.",
    discussion: """
      Example: costsim catalog import litellm litellm-1.106.2-py3-none-any.whl azure gpt-4o \\
        --checked 2026-10-21 -o market.yaml

      The list is a file (model_prices_and_context_window.json; data.json or data.py) or the wheel \
      that has it. Every entry is imported, or those that have all of the words. What is not \
      understood is counted by the name of its field; a price that is not given stays unpriced.
      """)

  @Argument(help: "litellm or genai-prices.")
  var kind: PriceListKind

  @Argument(help: "The list, or the wheel.")
  var file: String

  @OptionGroup var search: CatalogSearch

  @Option(help: "When the list was made or looked at: 2026-10-21.")
  var checked: String?

  @Option(name: .shortAndLong, help: "The catalog to write; without it, standard output.")
  var out: String?

  @OptionGroup var printing: PrintOptions

  func run() throws {
    let date = checked.flatMap(CivilDate.init(iso:))
    if let checked, !(date.map { CivilDate.years.contains($0.year) } ?? false) {
      throw BadInput(message: "--checked: error: expected a date like 2026-10-21, not '\(checked)'")
    }
    let outputs = Outputs()
    if let out { try outputs.claim(out) }
    let result = try PriceListSource(kind: kind, path: file)
      .read(filter: search.filter, checked: date)
    guard result.imported > 0 else {
      throw BadInput(
        message: "error: none of the \(InputLog.grouped(Int64(result.entries))) entries matches")
    }
    let text = CatalogText.text(
      result.catalog, comment: "Imported by costsim \(Version.current) from \(fileName).")
    if let out {
      try outputs.write(text, to: out)
      try outputs.commit()
    } else if !printing.json {
      StandardStream.put(text)
    }
    if printing.json {
      StandardStream.put(ImportAccount.json(result).text)
    } else if !printing.quiet {
      StandardStream.tell(ImportAccount.text(result))
    }
  }

  private var fileName: String { file.split(separator: "/").last.map(String.init) ?? file }
}

extension PriceListKind: ExpressibleByArgument {}
