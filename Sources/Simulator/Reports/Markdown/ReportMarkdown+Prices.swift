import CostModel

extension ReportMarkdown {
  /// What another catalog's prices would do to the plans.
  static func pricesSection(_ report: ScenarioReport) -> String {
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
        ] + (comparison.budget.map { [verdict(plan, budget: $0)] } ?? []))
    }
    text += table.text
    return text + effects(comparison) + remarks(comparison)
  }

  /// `, last checked on 21 October 2026`.
  static func checked(_ comparison: CatalogComparison) -> String {
    comparison.compared.checked.map { " (checked \(PlainEnglish.date($0)))" } ?? ""
  }

  private static func verdict(_ plan: CatalogComparison.Plan, budget: Double) -> String {
    switch (plan.own > budget, plan.other > budget) {
    case (false, false): "holds at either"
    case (true, true): "breaks at either"
    case (false, true): "**breaks at the other prices**"
    case (true, false): "holds at the other prices"
    }
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

  private static func remarks(_ comparison: CatalogComparison) -> String {
    var text = ""
    for (model, date) in comparison.retired {
      text += "- **\(Markdown.escape(model)) is switched off** on \(PlainEnglish.date(date)) "
      text += "by that catalog, before this plan ends: the calls need another model.\n"
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
