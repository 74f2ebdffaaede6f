import CostModel
import Scenarios
import Support

/// What the command knows of a run beside its results: enough, with the inputs, to repeat it.
///
/// Nothing that may differ between two runs of the same thing belongs here: no time of day, no
/// number of threads, no path of a machine.
package struct RunRecord: Sendable {
  /// Of this program.
  package var version: String
  /// `--override path=value` and the like, in the order given.
  package var overrides: [String] = []
  /// Runs of each plan.
  package var runs = 1
  /// Version of the time-zone data, where it is known.
  package var timeZoneData: String?
  package var csvDialect = CSVDialect.rfc4180
  /// What was replayed; nil: synthetic traffic.
  package var log: LogRecord?

  package init(
    version: String, overrides: [String] = [], runs: Int = 1, timeZoneData: String? = nil,
    csvDialect: CSVDialect = CSVDialect.rfc4180, log: LogRecord? = nil
  ) {
    self.version = version
    self.overrides = overrides
    self.runs = runs
    self.timeZoneData = timeZoneData
    self.csvDialect = csvDialect
    self.log = log
  }
}

extension UnbilledPrices {
  package static func json(_ all: [UnbilledPrices]) -> JSONValue {
    .array(
      all.map {
        .object([
          ("model", .string($0.model)), ("prices", .array($0.dimensions.map { .string($0.key) })),
        ])
      })
  }
}

extension RunRecord {
  /// The content of `run.json`.
  package func json(_ report: ScenarioReport) -> JSONValue {
    let scenario = report.scenario
    let log: [(String, JSONValue)] =
      if let log, let replay = report.replay {
        [
          ("log", log.json(replay.facts, readAs: replay.readAs)), ("cost_check", costCheck(replay)),
          ("outliers", outliers(replay)),
        ]
          + (replay.isToTheMinute
            ? [
              ("budget_moments", .string("minute")),
              (
                "budget_minutes",
                .array(
                  replay.vagueMinutes.map {
                    .string(SimTime(microseconds: $0 * 60_000_000).description)
                  })
              ),
            ] : [])
      } else {
        []
      }
    return .object(
      [
        ("program", .string("costsim")),
        ("version", .string(version)),
        ("scenario", .string(scenario.name)),
        ("headline", .string(Headline.text(report))),
        // As text: a seed may exceed what JSON readers take for an exact number.
        ("seed", .string(String(scenario.seed))),
        ("runs", .integer(Int64(runs))),
        ("overrides", .array(overrides.map { .string($0) })),
        ("csv_dialect", .string(csvDialect.rawValue)),
        ("period", period(scenario.period)),
        (
          "inputs",
          .array(
            scenario.inputs.map {
              .object([("path", .string($0.path)), ("fnv1a64", .string(Self.hex($0.hash)))])
            })
        ),
        ("not_billed", UnbilledPrices.json(scenario.unbilled)),
      ] + log + [
        ("plans", .array(report.plans.indices.map { plan($0, report) }))
      ])
  }

  /// The log's costs beside those of its tokens, model by model, and the requests that differ most.
  private func costCheck(_ replay: ReplayFindings) -> JSONValue {
    func usd(_ picodollars: Int64) -> JSONValue {
      .string(MoneySum(picodollars: Int128(picodollars)).exactDecimal)
    }
    let rows = replay.costCheck.rows.enumerated().filter { $0.element.calls > 0 }
    return .object([
      (
        "models",
        .array(
          rows.map { place, row in
            .object([
              ("model", .string(replay.targets[place])), ("requests", .integer(row.calls)),
              ("differing", .integer(row.differing)),
              ("logged_usd", .string(row.logged.exactDecimal)),
              ("computed_usd", .string(row.computed.exactDecimal)),
            ])
          })
      ),
      (
        "largest",
        .array(
          replay.costCheck.largest.map { found in
            .object([
              ("request", .integer(found.number)), ("model", .string(replay.targets[found.model])),
              ("logged_usd", usd(found.logged)), ("computed_usd", usd(found.computed)),
            ])
          })
      ),
    ])
  }

  private func outliers(_ replay: ReplayFindings) -> JSONValue {
    .array(
      replay.outliers.map { outlier in
        .object([
          ("cost_is", .string(outlier.source.rawValue)), ("request", .integer(outlier.number)),
          ("model", .string(outlier.model)), ("cost_usd", .string(outlier.cost.exactDecimal)),
          ("usual_usd", .string(outlier.usual.exactDecimal)),
        ])
      })
  }

  private func period(_ period: Period) -> JSONValue {
    .object([
      ("start", .string(period.start.description)),
      ("end", .string(period.end.description)),
      ("time_zone", .string(period.timeZone)),
      ("time_zone_data", .optional(timeZoneData) { .string($0) }),
    ])
  }

  private func plan(_ number: Int, _ report: ScenarioReport) -> JSONValue {
    let plan = report.plans[number]
    let untold: [(String, JSONValue)] =
      report.replay.map {
        [
          ("requests_without_use", .array($0.untold[number].map(\.json))),
          ("requests_at_ordinary_prices", .array($0.unlisted[number].map(\.json))),
        ]
      } ?? []
    let users = report.scenario.users
    let dealt: [(String, JSONValue)] =
      users.isMixed && report.replay == nil
      ? [("dealt", DealtUsers(report.scenario, plan: plan.plan).json(users))] : []
    let attention = Attention(plan: plan)
    return .object(
      [
        ("plan", .string(plan.plan.name)),
        ("users", .integer(Int64(plan.plan.users))),
        ("calls", .integer(plan.result.calls)),
        ("cost_usd", .string(plan.result.cost.exactDecimal)),
        (
          "expected_cost_usd",
          .optional(DecimalText.real(plan.expectation.cost, places: 6)) { .string($0) }
        ),
        (
          "standard_error_usd",
          .optional(DecimalText.real(plan.expectation.standardError, places: 6)) { .string($0) }
        ),
        (
          "expected_leaves_out",
          .array(
            plan.expectation.leftOut.map {
              .object([("part", .string($0.part)), ("reason", .string($0.reason))])
            })
        ),
        (
          "standard_errors_apart",
          .optional(attention.standardErrorsApart.flatMap { DecimalText.real($0, places: 2) }) {
            .string($0)
          }
        ),
      ] + expected(number, report) + [
        ("failed_calls", .integer(attention.failed)),
        ("refused_calls", .integer(attention.refused)),
        ("fallback_calls", .integer(attention.fallback)),
        ("other_region_calls", .integer(attention.moved)),
        ("throttled_attempts", .integer(attention.throttled)),
        ("calls_for_attention", .bool(attention.isNeeded)),
        ("untroubled_cost_usd", .optional(plan.untroubled) { .string($0.exactDecimal) }),
        ("over_budget", .optional(plan.isOverBudget(report.scenario.budget)) { .bool($0) }),
        ("budget_crossed_at", .optional(plan.budgetCrossedAt) { .string($0.description) }),
      ] + dealt + untold)
  }

  /// What the first screen says of a plan; nothing of a log.
  private func expected(_ number: Int, _ report: ScenarioReport) -> [(String, JSONValue)] {
    guard report.replay == nil else { return [] }
    let plan = report.plans[number]
    let expectation = plan.expectation
    func usd(_ dollars: Double?) -> JSONValue {
      .optional(dollars.flatMap { DecimalText.real($0, places: 6) }) { .string($0) }
    }
    let sold = plan.expectedReturn(report.scenario)
    let isLargest = plan.plan == report.largestPlan?.plan
    return [
      ("expected_p05_usd", usd(expectation.percentiles?.p05)),
      ("expected_p95_usd", usd(expectation.percentiles?.p95)),
      ("expected_range_missing", .optional(plan.whyNoRange) { .string($0) }),
      ("expected_cost_per_user_usd", usd(expectation.cost / Double(max(1, plan.plan.users)))),
      ("expected_revenue_usd", usd(sold?.revenue)),
      ("expected_margin_usd", usd(sold.map { $0.revenue - $0.cost })),
      ("over_budget_probability", usd(plan.overBudgetProbability)),
      (
        "expected_budget_crossed_at",
        .optional(plan.budgetBreak.flatMap { $0.isExpected ? $0.at : nil }) {
          .string($0.description)
        }
      ),
      ("expected_prompt_cache_read_share", usd(expectation.readShare)),
      (
        "largest_costs",
        .array(
          plan.largestCosts.map {
            .object([
              ("use_case", .optional($0.useCase) { .string($0) }), ("model", .string($0.model)),
              ("cost_usd", usd($0.cost)),
            ])
          })
      ),
      ("largest_costs_are", .string(expectation.cost.isFinite ? "expected" : "simulated")),
      (
        "savings",
        .optional(isLargest ? report.savings : nil) { best in
          .array(
            best.savings.map {
              .object([
                ("lever", .string($0.lever.name)), ("title", .string($0.lever.title)),
                ("saving_usd", usd($0.saving)),
                ("leaves_out", .array($0.leftOut.map { .string($0.part) })),
              ])
            })
        }
      ),
      ("arithmetic", .optional(expectation.arithmetic) { ArithmeticText($0).json }),
    ]
  }

  package static func hex(_ hash: UInt64) -> String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
