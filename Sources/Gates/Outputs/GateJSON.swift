import CostModel
import Support

/// `check.json` (docs/schema/check.schema.json) and `bench.json`. Amounts are exact, as text.
package enum GateJSON {
  package static func json(_ report: GateReport) -> JSONValue {
    .object([
      ("format", .integer(1)),
      ("program", .string("costsim " + Version.current)),
      ("passed", .bool(report.passed)),
      ("headline", .string(GateText.headline(report))),
      ("error", .optional(report.error) { .string($0) }),
      ("notes", .array(report.notes.map { .string($0) })),
      (
        "limits",
        .object([
          (
            "max_increase",
            .optional(report.limits.maxIncrease.flatMap { DecimalText.real($0, places: 6) }) {
              .string(DecimalText.trimmed($0))
            }
          ),
          ("max_increase_usd", usd(report.limits.maxIncreaseUSD)),
          ("ignore_below_usd", usd(report.limits.ignoreBelow)),
          ("fail_on_new", .bool(report.limits.failsNew)),
          ("strict", .bool(report.limits.isStrict)),
        ])
      ),
      ("plans", .array(report.plans.map { plan($0, report.status($0)) })),
      ("checks", .array(report.checks.map(check))),
    ])
  }

  private static func plan(
    _ plan: PlanComparison, _ status: PlanComparison.Status
  ) -> JSONValue {
    .object([
      ("scenario", .string(plan.scenario)),
      ("plan", .string(plan.plan)),
      ("users", .integer(Int64(plan.head?.users ?? plan.base?.users ?? 0))),
      ("status", .string(status.rawValue)),
      ("baseline_usd", usd(plan.bills.base)),
      ("now_usd", usd(plan.bills.head)),
      ("change_usd", usd(plan.change)),
      ("baseline", figures(plan.base)),
      ("now", figures(plan.head)),
      ("causes", .array(plan.causes.map(cause))),
    ])
  }

  private static func figures(_ figures: PlanFigures?) -> JSONValue {
    .optional(figures) { figures in
      .object([
        ("users", .integer(Int64(figures.users))),
        ("simulated_usd", usd(figures.simulated)),
        ("expected_usd", usd(figures.expected)),
        (
          "standard_error_usd",
          .optional(DecimalText.real(figures.standardError, places: 6)) { .string($0) }
        ),
        ("closed_form_is_exact", .bool(figures.isExact)),
      ])
    }
  }

  private static func cause(_ cause: CauseAmount) -> JSONValue {
    .object([
      ("cause", .string(cause.cause.rawValue)),
      ("change_usd", usd(cause.amount)),
      (
        "inputs",
        .array(
          cause.inputs.map {
            .object([("input", .string($0.words)), ("change_usd", usd($0.amount))])
          })
      ),
    ])
  }

  private static func check(_ check: GateCheck) -> JSONValue {
    .object([
      ("scenario", .string(check.scenario)), ("plan", .string(check.plan)),
      ("check", .string(check.name)), ("passed", .bool(check.passed)),
      ("outcome", .string(check.outcome.rawValue)),
      ("not_judged", .optional(check.gap) { .string($0.rawValue) }),
      ("message", .string(check.message)),
      ("months", .optional(check.months, months)),
    ])
  }

  /// In the unit of the metric: dollars, milliseconds or a fraction.
  private static func months(_ months: MonthSpread) -> JSONValue {
    let number = { (value: Double) in
      JSONValue.optional(DecimalText.real(value, places: 9)) { .string(DecimalText.trimmed($0)) }
    }
    return .object([
      ("count", .integer(Int64(months.figures.count))),
      ("beyond_limit", .integer(Int64(months.broken))),
      ("lowest", number(months.low)), ("highest", number(months.high)),
      ("mean", number(months.mean)), ("standard_error", number(months.standardError)),
    ])
  }

  private static func usd(_ money: MoneySum?) -> JSONValue {
    .optional(money) { .string($0.exactDecimal) }
  }

  /// In the shape that github-action-benchmark calls `customSmallerIsBetter`, which wants numbers.
  package static func bench(_ report: GateReport) -> JSONValue {
    .array(
      report.plans.compactMap { plan in
        plan.head.map { now in
          .object([
            ("name", .string("\(plan.scenario) / \(plan.plan)")),
            ("unit", .string("USD")),
            ("value", .number(now.bill.exactDecimal)),
            ("extra", .string(HumanFormat.plural(Int64(now.users), "user"))),
          ])
        }
      })
  }
}
