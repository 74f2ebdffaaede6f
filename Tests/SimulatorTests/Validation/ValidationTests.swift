import Foundation
import Testing

@testable import Simulator

/// The engine against docs/validation.md. `make validate` runs all of it in a release build and
/// writes reports/validation.md; `make test` runs the quick part and reads that report.
@Suite struct ValidationTests {
  private static let checks =
    ValidationCosts.checks + ValidationTraffic.checks + ValidationFlushes.checks
    + ValidationTargets.checks + ValidationExperiments.checks + ValidationLaws.checks
    + ValidationConversations.checks + [ValidationChances.few]

  private static let isFull = ProcessInfo.processInfo.environment["COSTSIM_VALIDATE"] != nil

  @Test(arguments: checks.filter(\.isQuick)) func holds(check: ValidationCheck) throws {
    let outcome = try check.run()
    #expect(outcome.holds, "\(outcome)")
  }

  /// Stated chances against 2,000 months of each of 200 random scenarios, which takes most of an hour: the
  /// report does not have it.
  @Test(.enabled(if: isFull)) func unreportedHolds() throws {
    let outcome = try ValidationChances.many.run()
    #expect(outcome.holds, "\(outcome)")
  }

  @Test(.enabled(if: isFull)) func everythingHolds() throws {
    let outcomes = try Self.checks.map { try $0.run() }
    for (check, outcome) in zip(Self.checks, outcomes) {
      #expect(outcome.holds, "\(check.testDescription): \(outcome)")
    }
    let text = ValidationReport.text(Self.checks, outcomes)
    let file = RepositoryFiles.root.appendingPathComponent("reports/validation.md")
    try Data(text.utf8).write(to: file)
  }

  /// It has a row for each check, as it is now, and in each it holds.
  @Test func theReportIsOfTheseChecksAndGreen() throws {
    let file = RepositoryFiles.root.appendingPathComponent("reports/validation.md")
    let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .filter { $0.hasPrefix("| ") && !$0.hasPrefix("| formula") }
    #expect(rows.count == Self.checks.count)
    for (row, check) in zip(rows, Self.checks) {
      #expect(row.hasPrefix(ValidationReport.head(check)), "`make validate` writes it anew")
      #expect(row.contains("| holds | "))
    }
  }
}

/// `reports/validation.md`.
enum ValidationReport {
  static func text(_ checks: [ValidationCheck], _ outcomes: [ValidationOutcome]) -> String {
    let failed = outcomes.count { !$0.holds }
    var text = """
      # The simulation against formulas

      \(failed == 0 ? "All \(checks.count) checks hold." : "\(failed) of \(checks.count) checks fail.") \
      Each compares what the engine simulates with what a formula says that shares no code with it.

      `make validate` wrote this page; its seeds are fixed, so it comes out the same each time. The \
      formulas are explained in [docs/validation.md](../docs/validation.md).

      How often a check would fail by chance, if the simulation is right:

      - z is the distance from the formula in standard errors, which come from at least 100 \
      independent batches or from the formula's own variance. More than 6 is a failure: 1 in 30 \
      million or rarer, but for sums that are skewed themselves, such as those of cubes: less than 1 \
      in 5 million.
      - √n·D (Kolmogorov and Smirnov) above 2.75 is a failure: 1 in 1.8 million.
      - 95 % intervals are held to the same six standard errors: they must hold 1,842 to 1,958 of \
      2,000 months and 18,816 to 19,184 of 20,000. The customary bound, 1,868 to 1,932 of 2,000, is \
      missed by chance once in 1,000, too often for a test; six errors of 20,000 months are narrower \
      in proportion.
      - "misses" counts comparisons beyond their exact binomial bounds; these are so wide that all of a \
      row together fail by chance less than once in a million.
      - "exact" leaves nothing to chance.
      - "rounding" leaves nothing to chance either: where nothing is drawn, each bill is rounded to a whole \
      picodollar, so that a month may lie off by half a picodollar a call.

      """
    var subject = ""
    for (check, outcome) in zip(checks, outcomes) {
      if check.subject != subject {
        subject = check.subject
        text += """

          ## \(subject)

          | formula | setting | expected | simulated | z | verdict | false alarms |
          |---|---|---:|---:|---:|---|---|

          """
      }
      text += head(check) + tail(outcome) + "\n"
    }
    return text
  }

  /// The columns that do not depend on the outcome.
  static func head(_ check: ValidationCheck) -> String {
    "| \(check.formula) | \(check.setting) | "
  }

  private static func tail(_ outcome: ValidationOutcome) -> String {
    let statistic =
      switch outcome.rule {
      case .exact: "exact"
      case .misses: "misses"
      case .rounding: String(format: "rounding, %+.2f of it", outcome.statistic)
      case .distance: String(format: "√n·D %.2f", outcome.statistic)
      case .standardErrors: String(format: "%+.2f", outcome.statistic)
      }
    let verdict = outcome.holds ? "holds" : "FAILS"
    return [
      number(outcome.expected), number(outcome.simulated), statistic, verdict,
      outcome.rule.falseAlarms,
    ].map { $0 + " |" }.joined(separator: " ")
  }

  private static func number(_ value: Double) -> String { String(format: "%.6g", value) }
}
