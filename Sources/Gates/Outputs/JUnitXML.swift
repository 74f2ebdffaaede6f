import Decisions
import Support

/// The checks as a test report, which every CI server shows: a suite a scenario, a case a check.
package enum JUnitXML {
  package static func text(_ report: GateReport) -> String {
    if let error = report.error { return broken(error) }
    let plans = Dictionary(report.plans.map { ([$0.scenario, $0.plan], $0) }) { first, _ in first }
    let checks = Dictionary(grouping: report.checks, by: \.scenario)
    var told: Set<String> = []
    let names = (report.plans.map(\.scenario) + report.checks.map(\.scenario)).filter {
      told.insert($0).inserted
    }
    let suites = names.map { name in
      suite(name, checks[name] ?? []) { plans[[$0.scenario, $0.plan]] }
    }
    return head + "<testsuites name=\"costsim\"\(counts(report.checks))>\n"
      + suites.joined() + "</testsuites>\n"
  }

  private static let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

  private static func counts(_ checks: [GateCheck]) -> String {
    let count = { (outcome: GateCheck.Outcome) in checks.count { $0.outcome == outcome } }
    return " tests=\"\(checks.count)\" failures=\"\(count(.failed))\" errors=\"0\""
      + " skipped=\"\(count(.skipped))\""
  }

  private static func suite(
    _ name: String, _ checks: [GateCheck], plan: (GateCheck) -> PlanComparison?
  ) -> String {
    "  <testsuite name=\"\(escape(name))\"\(counts(checks))>\n"
      + checks.map { testCase($0, plan($0)) }.joined() + "  </testsuite>\n"
  }

  private static func testCase(_ check: GateCheck, _ plan: PlanComparison?) -> String {
    let place = [check.scenario, check.plan].filter { !$0.isEmpty }.map(escape)
    let start =
      "    <testcase classname=\"\(place.joined(separator: "."))\" name=\"\(escape(check.name))\""
    let message = "message=\"\(escape(check.message))\""
    switch check.outcome {
    case .passed: return start + "/>\n"
    case .skipped: return start + ">\n      <skipped \(message)/>\n    </testcase>\n"
    case .failed:
      let causes = plan.map(GateText.causeWords) ?? ""
      return start + ">\n      <failure type=\"\(check.gap?.rawValue ?? "cost")\" \(message)>"
        + escape(causes) + "</failure>\n    </testcase>\n"
    }
  }

  /// One case, with the error of the input.
  private static func broken(_ error: String) -> String {
    let first = error.split(separator: "\n").first.map(String.init) ?? ""
    let counts = " tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\""
    return head + """
      <testsuites name="costsim"\(counts)>
        <testsuite name="costsim"\(counts)>
          <testcase classname="costsim" name="input">
            <error type="input" message="\(escape(first))">\(escape(error))</error>
          </testcase>
        </testsuite>
      </testsuites>

      """
  }

  private static func escape(_ text: String) -> String {
    XMLText.escape(text, keepsLines: true)
  }
}
