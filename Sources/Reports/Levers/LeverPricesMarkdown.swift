import CostModel
import Decisions
import Support

/// What another catalog's prices do to a study of levers, for a founder.
package enum LeverPricesMarkdown {
  /// A lever that can be used and saves something at either prices.
  private struct Ranked {
    var result: LeverResult
    var here: MoneySum
    var there: MoneySum
  }

  // MARK: The answer

  /// nil if there is no other catalog.
  package static func sentence(_ study: LeverStudy, emphasis: String = "") -> String? {
    guard let prices = study.otherPrices else { return nil }
    func strong(_ text: String) -> String { emphasis + text + emphasis }
    let catalog = (emphasis.isEmpty ? HumanFormat.visible : Markdown.escape)(prices.compared.name)
    let checked = prices.compared.checked.map { " (checked \(HumanFormat.date($0)))" } ?? ""
    let base = prices.base.amount
    if prices.changeNothing(study) {
      return "The prices of the \(catalog) catalog\(checked) change nothing of this."
    }
    var text =
      "At the prices of the \(catalog) catalog\(checked) the bill is "
      + "\(strong(HumanFormat.usd(base)))\(change(from: study.base.amount, to: base))"
    let ranked = ranked(study, prices)
    text += (ranking(ranked, base, emphasis: emphasis).map { "; " + $0 } ?? "") + "."
    text += turned(ranked, emphasis: emphasis)
    guard study.steps.count > 1, let together = prices.together else { return text }
    let all = base - together.amount
    return text + " The same \(study.steps.count) levers together then save "
      + "\(strong(HumanFormat.usd(all))) (\(LeverMarkdown.share(all, base))), which leaves "
      + "\(strong(HumanFormat.usd(together.amount)))"
      + "\(LeverMarkdown.budget(study, from: prices.base, to: together))."
  }

  /// By what they save at the other prices.
  private static func ranked(_ study: LeverStudy, _ prices: LeverPrices) -> [Ranked] {
    study.results.compactMap { result in
      guard result.isOffered, let here = result.saving(from: study.base),
        let there = prices.saving(result), here > .zero || there > .zero
      else { return nil }
      return Ranked(result: result, here: here, there: there)
    }.enumerated().sorted {
      ($1.element.there, $0.offset) < ($0.element.there, $1.offset)
    }.map(\.element)
  }

  /// What saves most then, and whether the others keep their order.
  private static func ranking(
    _ ranked: [Ranked], _ base: MoneySum, emphasis: String
  ) -> String? {
    let before = ranked.sorted { $1.here < $0.here }
    guard let best = ranked.first, let was = before.first, best.there > .zero else { return nil }
    func title(_ item: Ranked) -> String {
      let words = LeverMarkdown.lowercased(item.result.lever.title)
      return emphasis.isEmpty ? HumanFormat.visible(words) : Markdown.escape(words)
    }
    let amount = "\(HumanFormat.usd(best.there)) (\(LeverMarkdown.share(best.there, base)))"
    guard best.result.lever.name == was.result.lever.name else {
      return
        "what saves most is then \(emphasis)\(title(best))\(emphasis), \(amount), and no longer "
        + "\(title(was)), \(HumanFormat.usd(was.there))"
    }
    let first = "what saves most is still \(title(best)), \(amount)"
    guard ranked.count > 1 else { return first }
    var risen: (item: Ranked, from: Int, to: Int)?
    for (to, item) in ranked.enumerated() {
      let from = before.firstIndex { $0.result.lever.name == item.result.lever.name } ?? to
      if from - to > (risen.map { $0.from - $0.to } ?? 0) { risen = (item, from + 1, to + 1) }
    }
    guard let risen else { return first + ", and all levers keep their order" }
    return first + "; below it the order changes: \(title(risen.item)) rises from place "
      + "\(risen.from) to \(risen.to)"
  }

  /// Levers that save at one catalog's prices and not at the other's.
  private static func turned(_ ranked: [Ranked], emphasis: String) -> String {
    let lost = ranked.filter { $0.here > .zero && $0.there <= .zero }
    let gained = ranked.filter { $0.here <= .zero && $0.there > .zero }
    return [(lost, " No longer worth it: "), (gained, " Worth it only there: ")].map {
      list, words in
      guard !list.isEmpty else { return "" }
      let items = list.prefix(3).map { item in
        let name = LeverMarkdown.lowercased(item.result.lever.title)
        return (emphasis.isEmpty ? HumanFormat.visible(name) : Markdown.escape(name))
          + " (\(HumanFormat.usd(item.there)) instead of \(HumanFormat.usd(item.here)))"
      }
      let more = list.count > 3 ? ["\(list.count - 3) more"] : []
      return words + HumanFormat.list(items + more) + "."
    }.joined()
  }

  private static func change(from own: MoneySum, to other: MoneySum) -> String {
    guard own > .zero else { return "" }
    let share = other.dollars / own.dollars - 1
    return " (\(share > 0 ? "+" : "")\(HumanFormat.percent(share)))"
  }

  // MARK: Section

  package static func section(_ study: LeverStudy) -> String {
    guard let prices = study.otherPrices, !prices.changeNothing(study) else { return "" }
    let name = Markdown.escape(prices.compared.name)
    var table = MarkdownTable([
      .text("lever"), .text("state"), .number("saves"), .number("rank"),
      .number("saves at \(name) prices"), .number("rank there"),
    ])
    let there = ranked(study, prices)
    let here = there.sorted { $1.here < $0.here }
    func rank(_ result: LeverResult, _ list: [Ranked]) -> String {
      list.firstIndex { $0.result.lever.name == result.lever.name }.map { "\($0 + 1)" } ?? "–"
    }
    let rows = study.results.filter { $0.outcome != nil }
    for kind in ["available", "in use", "alternative"] {
      let found = rows.filter { $0.state == kind }
      for result in found {
        table.row([
          Markdown.escape(result.lever.title), kind,
          result.saving(from: study.base).map { HumanFormat.usd($0) } ?? "–", rank(result, here),
          prices.saving(result).map { HumanFormat.usd($0) } ?? "no price there",
          rank(result, there),
        ])
      }
    }
    if study.steps.count > 1 {
      table.row([
        "All \(study.steps.count) that save, together", "",
        HumanFormat.usd(study.base.amount - study.together.amount), "",
        prices.together.map { HumanFormat.usd(prices.base.amount - $0.amount) }
          ?? "no price there", "",
      ])
    }
    guard !table.isEmpty else { return "" }
    return ReportMarkdown.heading("At the prices of \(name)")
      + "The same months at the other catalog's prices, simulated as well. "
      + "The bill is \(HumanFormat.usd(study.base.amount)) here and "
      + "\(HumanFormat.usd(prices.base.amount)) there.\(missing(prices)) A price that a lever "
      + "states itself holds at both.\n\n" + table.text
  }

  private static func missing(_ prices: LeverPrices) -> String {
    guard !prices.compared.missing.isEmpty else { return "" }
    let names = prices.compared.missing.map(Markdown.escape)
    return " What it does not have keeps its price: \(HumanFormat.list(names))."
  }
}
