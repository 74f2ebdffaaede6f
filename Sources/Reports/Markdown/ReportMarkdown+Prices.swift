import Analysis
import Catalogs
import CostModel
import Support

extension ReportMarkdown {
  /// What another catalog's prices would do to the plans.
  package static func pricesSection(_ report: ScenarioReport) -> String {
    guard let comparison = report.comparison else { return "" }
    let name = Markdown.escape(comparison.compared.name)
    var text = heading("What other prices would make of it")
    text += LeftOutWords.paragraph(comparison.plans.map(\.leftOut))
    text += "The same calls at the prices of the catalog \(name)\(checked(comparison)), as "
    text += "expected bills (computed, not simulated):\n\n"
    var table = MarkdownTable(
      [
        .text("plan"), .number("this catalog"), .number(name), .number("difference"),
        .number("change"),
      ] + (comparison.budget == nil ? [] : [.text("budget")]))
    for plan in comparison.plans {
      table.row(
        [
          self.name(plan.plan), PlainEnglish.usd(plan.own), PlainEnglish.usd(plan.other),
          signed(plan.other - plan.own),
          plan.own > 0 ? percent(plan.other / plan.own - 1) : "–",
        ] + (comparison.budget.map { [verdict(plan, budget: $0, report)] } ?? []))
    }
    text += table.text
    return text + effects(comparison) + remarks(comparison, report.scenario.period)
  }

  /// `, last checked on 21 October 2026`.
  package static func checked(_ comparison: CatalogComparison) -> String {
    comparison.compared.checked.map { " (checked \(PlainEnglish.date($0)))" } ?? ""
  }

  /// On which side of the budget a bill lies; by chance it may be on either.
  private enum Side: String {
    case holds, breaks
    case unsure = "is too close to tell"
  }

  private static func verdict(
    _ plan: CatalogComparison.Plan, budget: Double, _ report: ScenarioReport
  ) -> String {
    let error = report.plans.first { $0.plan == plan.plan }?.expectation.standardError ?? 0
    func side(_ bill: Double) -> Side {
      // Chance grows with the bill.
      let reach = error * (plan.own > 0 ? bill / plan.own : 1)
      if (bill - budget).magnitude <= AttentionLimits.shipped.standardErrors * reach {
        return .unsure
      }
      return bill > budget ? .breaks : .holds
    }
    let (own, other) = (side(plan.own), side(plan.other))
    guard own != other else { return "\(own.rawValue) at either" }
    let there = "\(other.rawValue) at the other prices"
    return other == .breaks ? "**\(there)**" : there
  }

  /// Model by model, of the plan with most users.
  private static func effects(_ comparison: CatalogComparison) -> String {
    guard let plan = comparison.plans.max(by: { $0.plan.users < $1.plan.users }),
      !plan.effects.isEmpty
    else { return "No price that matters to these calls differs.\n\n" }
    var table = MarkdownTable([.text("model"), .number("difference"), .number("of the bill")])
    for effect in plan.effects {
      table.row([
        Markdown.escape(effect.model), signed(effect.difference),
        percent(effect.difference / plan.own),
      ])
    }
    return "What each model's prices alone do to the bill of \(name(plan.plan)):\n\n" + table.text
  }

  private static func remarks(_ comparison: CatalogComparison, _ period: Period) -> String {
    var text = ""
    for (model, date) in comparison.retired {
      text += "- **\(Markdown.escape(model)) is switched off** on \(PlainEnglish.date(date)) "
      let isBefore = period.days.first.map { date <= $0.date } ?? false
      text += "by that catalog, before this plan \(isBefore ? "begins" : "ends"): the calls need "
      text += "another model.\n"
    }
    for model in comparison.missing {
      text += "- \(Markdown.escape(model)) is not in that catalog and keeps its price here.\n"
    }
    return text.isEmpty ? "" : text + "\n"
  }

  private static func signed(_ dollars: Double) -> String {
    (dollars > 0 ? "+" : "") + PlainEnglish.usd(dollars)
  }

  private static func percent(_ share: Double) -> String {
    (share > 0 ? "+" : "") + PlainEnglish.percent(share)
  }
}
