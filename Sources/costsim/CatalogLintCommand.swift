import ArgumentParser
import Catalogs
import CostModel
import Foundation
import Scenarios
import Support

struct CatalogLintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Finds prices that are probably mistakes.",
    discussion: """
      Example: costsim catalog lint my-prices.yaml --against scenarios/catalogs/market.yaml

      Finds models without a price, prices of $0, output cheaper than input, cached tokens dearer \
      than fresh ones, prices far from those of the same model elsewhere, slips of the unit, and \
      models past their deprecation date. Findings are no errors: the exit code is 0.
      """)

  @Argument(help: "Catalog files.")
  var catalogs: [String]

  @Option(help: "Catalog to compare with. Repeatable.")
  var against: [String] = []

  @Option(help: "The day of which to judge: 2026-10-21; default today.")
  var date: String?

  @OptionGroup var printing: PrintOptions

  func run() throws {
    let limits = try LintLimits.shipped()
    let day = try CivilDate.today(or: date, option: "--date")
    let others = try against.map { try CatalogReader.read(path: $0) }
    let reports = try catalogs.map { path in
      let catalog = try CatalogReader.read(path: path)
      let lint = CatalogLint(catalog, against: others, limits: limits, date: day)
      return (path, catalog, lint.findings(catalog))
    }
    printing.show(
      json: .array(reports.map(LintText.json)), text: reports.map(LintText.text).joined())
  }
}

extension CivilDate {
  /// The day that an option states, else today's of UTC.
  static func today(or text: String?, option: String) throws -> CivilDate {
    guard let text else {
      return CivilDate(daysSinceEpoch: Int((Date().timeIntervalSince1970 / 86_400).rounded(.down)))
    }
    guard let day = CivilDate(iso: text), years.contains(day.year) else {
      throw BadInput(message: "\(option): error: expected a date like 2026-10-21, not '\(text)'")
    }
    return day
  }
}
