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
    text += "expected bills (computed, not simulated"
    if !report.scenario.ranges.isEmpty { text += ", at the likely values of inputs with a range" }
    text += "):\n\n"
    var table = MarkdownTable(
      [
        .text("plan"), .number("this catalog"), .number(name), .number("difference"),
        .number("change"),
      ] + (report.scenario.budget == nil ? [] : [.text("budget")]))
    for plan in comparison.plans {
      table.row(
        [
          self.name(plan.plan), HumanFormat.usd(plan.own), HumanFormat.usd(plan.other),
          signed(plan.other - plan.own),
          plan.own > 0 ? percent(plan.other / plan.own - 1) : "–",
        ] + (report.scenario.budget == nil ? [] : [verdict(plan, report)]))
    }
    text += table.text
    return text + effects(comparison) + remarks(comparison)
  }

  /// `, last checked on 21 October 2026`.
  package static func checked(_ comparison: CatalogComparison) -> String {
    comparison.compared.checked.map { " (checked \(HumanFormat.date($0)))" } ?? ""
  }

  private static func verdict(_ bills: CatalogComparison.Plan, _ report: ScenarioReport) -> String {
    let budget = report.scenario.budget
    guard let plan = report.plans.first(where: { $0.plan == bills.plan }),
      let own = plan.budgetSide(budget), let other = plan.budgetSide(bills, budget)
    else { return "–" }
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

  /// Models that calls are sent to though the scenario's own catalog says that they are switched off.
  package static func retiredSection(_ report: ScenarioReport) -> String {
    let models =
      report.replay == nil ? report.scenario.retiredModels : report.retiredModelsAsked
    guard !models.isEmpty else { return "" }
    return heading("Models that are switched off")
      + models.map { retired($0, by: "the scenario's own catalog") }.joined() + "\n"
  }

  private static func retired(_ model: RetiredModel, by catalog: String) -> String {
    "- **\(Markdown.escape(model.name)) is switched off** \(model.words(catalog: catalog)).\n"
  }

  private static func remarks(_ comparison: CatalogComparison) -> String {
    var text = ""
    text += comparison.retired.map { retired($0, by: "that catalog") }.joined()
    for model in comparison.missing {
      text += "- \(Markdown.escape(model)) is not in that catalog and keeps its price here.\n"
    }
    return text.isEmpty ? "" : text + "\n"
  }

  private static func signed(_ dollars: Double) -> String {
    (dollars > 0 ? "+" : "") + HumanFormat.usd(dollars)
  }

  private static func percent(_ share: Double) -> String {
    (share > 0 ? "+" : "") + HumanFormat.percent(share)
  }
}

extension ScenarioReport {
  /// Of a replayed log, whose calls are known when it is read: models that calls were sent to.
  fileprivate var retiredModelsAsked: [RetiredModel] {
    let asked = Set(plans.flatMap(\.result.performance).filter { $0.attempts > 0 }.map(\.model))
    let targets = ChainTable(
      models: scenario.catalog.models.count, chains: [:], regions: scenario.regions
    ).targets
    return scenario.catalog.models.indices.compactMap { model in
      let isAsked = targets.contains {
        $0.model.index == model && asked.contains($0.name(in: scenario.catalog))
      }
      return isAsked ? RetiredModel(scenario.catalog.models[model], in: scenario.period) : nil
    }
  }
}
