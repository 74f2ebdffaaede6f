import CostModel
import Scenarios
import Support

/// `focus.csv`: the bill in the FinOps Open Cost and Usage Specification 1.2
/// (docs/spreadsheets.md), a charge a use case, model, tier and price.
///
/// A plan is a billing account: its charges add up to its bill, and those of different plans are
/// alternatives that nobody pays together.
package enum FocusCharges {
  package static func table(_ report: ScenarioReport) -> Table {
    definition.table(
      report.plans.flatMap { plan in
        charges(plan, report.scenario).map {
          PlanRow(scenario: report.scenario.name, plan: plan.plan.name, item: $0)
        }
      })
  }

  private static func charges(_ plan: PlanReport, _ scenario: Scenario) -> [FocusCharge] {
    plan.result.costs.flatMap { cell in
      let model = cell.model.split(separator: "@").first.map(String.init) ?? cell.model
      let sheets = scenario.catalog.id(named: model).map { scenario.catalog[$0].prices } ?? []
      let sheet = sheets.last { $0.effectiveFrom <= scenario.period.start } ?? sheets.first
      return FocusCharge.meters(of: cell, sheet: sheet, months: scenario.period.months.count).map {
        FocusCharge(plan: plan.plan, period: scenario.period, cell: cell, meter: $0)
      }
    }
  }

  private static let definition = TableDefinition<PlanRow<FocusCharge>>(
    name: "focus",
    about: "The bill as charges of the FinOps Open Cost and Usage Specification (FOCUS) 1.2; a "
      + "plan is a billing account.",
    columns: account + charge + price + service + own)

  private static let account: [Column<PlanRow<FocusCharge>>] = [
    text("BillingAccountId", "Scenario and plan, joined by a slash") {
      "\($0.scenario)/\($0.plan)"
    },
    text("BillingAccountName", "The scenario and the plan") { "\($0.scenario), \($0.plan)" },
    text("BillingCurrency", "Always US dollars") { _ in "USD" },
    Column("BillingPeriodEnd", .second, "End of the simulated period, exclusive, UTC") {
      .timestamp($0.item.period.wholeSeconds.end)
    },
    Column("BillingPeriodStart", .second, "Start of the simulated period, UTC") {
      .timestamp($0.item.period.wholeSeconds.start)
    },
  ]

  private static let charge: [Column<PlanRow<FocusCharge>>] = [
    cost("BilledCost", "Cost of the charge"),
    text("ChargeCategory", "Usage, or Purchase for fixed prices") {
      $0.item.isFixed ? "Purchase" : "Usage"
    },
    Column("ChargeClass", .text, "Null: there are no corrections") { _ in .unknown },
    text("ChargeDescription", "What is charged") { row in
      let (cell, meter) = (row.item.cell, row.item.meter.name.lowercased())
      return "\(cell.model), \(meter)" + (cell.useCase.map { ", for \($0)" } ?? "")
    },
    text("ChargeFrequency", "Usage-Based, or Recurring for fixed prices") {
      $0.item.isFixed ? "Recurring" : "Usage-Based"
    },
    Column("ChargePeriodEnd", .second, "End of the simulated period, exclusive, UTC") {
      .timestamp($0.item.period.wholeSeconds.end)
    },
    Column("ChargePeriodStart", .second, "Start of the simulated period, UTC") {
      .timestamp($0.item.period.wholeSeconds.start)
    },
    Column("ConsumedQuantity", .exactDecimal, "In ConsumedUnit; null for fixed prices") {
      let consumed = $0.item.meter.consumed
      return $0.item.isFixed ? .unknown : .ratio(consumed.count, consumed.per)
    },
    Column("ConsumedUnit", .text, "Tokens, Seconds or Requests") {
      .optional($0.item.meter.consumedUnit) { .text($0) }
    },
    cost("ContractedCost", "The same as ListCost, since no contract is simulated"),
  ]

  private static let price: [Column<PlanRow<FocusCharge>>] = [
    unitPrice("ContractedUnitPrice", "The same as ListUnitPrice, since no contract is simulated"),
    cost("EffectiveCost", "The same as BilledCost, since nothing is amortised"),
    Column("InvoiceId", .text, "Null: nobody has sent an invoice") { _ in .unknown },
    text("InvoiceIssuerName", "The provider") { $0.item.cell.provider },
    cost("ListCost", "ListUnitPrice times PricingQuantity"),
    unitPrice("ListUnitPrice", "Of the catalog where that explains the cost, else the mean paid"),
    text("PricingCategory", "Always Standard") { _ in "Standard" },
    Column("PricingQuantity", .exactDecimal, "In PricingUnit") {
      .ratio($0.item.meter.priced.count, $0.item.meter.priced.per)
    },
    text("PricingUnit", "What the price is for") { $0.item.meter.pricingUnit },
  ]

  private static let service: [Column<PlanRow<FocusCharge>>] = [
    text("ProviderName", "Who sells the model") { $0.item.cell.provider },
    text("PublisherName", "Who sells the model") { $0.item.cell.provider },
    text("ServiceCategory", "Always AI and Machine Learning") { _ in "AI and Machine Learning" },
    text("ServiceName", "The provider's models") { "\($0.item.cell.provider) models" },
    text("ServiceSubcategory", "Always Generative AI") { _ in "Generative AI" },
    text("SkuId", "Model, with `@region` where it has several") { $0.item.cell.model },
    text("SkuMeter", "What is counted") { $0.item.meter.name },
    text("SkuPriceDetails", "Model and meter as a JSON object") { row in
      json([("x_Meter", row.item.meter.name), ("x_Model", row.item.cell.model)])
    },
    text("SkuPriceId", "The model's price for it") {
      "\($0.item.cell.model)/\($0.item.meter.name.lowercased().replacing(" ", with: "-"))"
    },
    text("Tags", "Use case and tier as a JSON object") { row in
      json([("tier", row.item.cell.tier), ("use_case", row.item.cell.useCase ?? "")])
    },
  ]

  private static let own: [Column<PlanRow<FocusCharge>>] = [
    text("x_Plan", "The plan") { $0.plan },
    text("x_Scenario", "The scenario") { $0.scenario },
    Column("x_Tier", .text, "Tier of the calls") { .text($0.item.cell.tier) },
    Column("x_UseCase", .text, "Use case; null for fixed prices") {
      .optional($0.item.cell.useCase) { .text($0) }
    },
    Column("x_Users", .integer, unit: "users", "Users of the plan") {
      .integer(Int64($0.item.plan.users))
    },
  ]

  /// One line; members without a value are left out.
  private static func json(_ members: [(name: String, value: String)]) -> String {
    let known = members.filter { !$0.value.isEmpty }.map { name, value in
      "\"\(name)\": " + JSONValue.string(value).text.dropLast()
    }
    return "{" + known.joined(separator: ", ") + "}"
  }

  private static func text(
    _ name: String, _ about: String, _ value: @escaping @Sendable (PlanRow<FocusCharge>) -> String
  ) -> Column<PlanRow<FocusCharge>> {
    Column(name, .text, about) { .text(value($0)) }
  }

  private static func cost(_ name: String, _ about: String) -> Column<PlanRow<FocusCharge>> {
    Column(name, .exactDecimal, unit: "USD", about) { .money($0.item.meter.cost) }
  }

  private static func unitPrice(_ name: String, _ about: String) -> Column<PlanRow<FocusCharge>> {
    Column(name, .exactDecimal, unit: "USD", about) { .money($0.item.meter.unitPrice) }
  }
}

extension Period {
  /// FOCUS has no fractions of a second; a log's span may.
  fileprivate var wholeSeconds: Span {
    let second = SimDuration.second.microseconds
    let from = (Double(start.microseconds) / Double(second)).rounded(.down)
    let to = (Double(end.microseconds) / Double(second)).rounded(.up)
    return Span(
      start: SimTime(microseconds: Int64(from) * second),
      end: SimTime(microseconds: Int64(to) * second))
  }
}
