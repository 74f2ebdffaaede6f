/// The checks as a test report, which every CI server shows: a suite a scenario, a case a check.
enum JUnitXML {
  static func text(_ report: GateReport) -> String {
    var names: [String] = []
    for plan in report.plans where !names.contains(plan.scenario) { names.append(plan.scenario) }
    let suites = names.map { name in suite(name, report) }
    let count = report.checks.count
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + "<testsuites name=\"costsim\" tests=\"\(count)\" failures=\"\(report.failed.count)\">\n"
      + suites.joined() + "</testsuites>\n"
  }

  private static func suite(_ name: String, _ report: GateReport) -> String {
    let checks = report.checks.filter { $0.scenario == name }
    let failed = checks.count { !$0.passed }
    let start =
      "  <testsuite name=\"\(escape(name))\" tests=\"\(checks.count)\" failures=\"\(failed)\""
      + " errors=\"0\" skipped=\"0\">\n"
    return start + checks.map { testCase($0, report) }.joined() + "  </testsuite>\n"
  }

  private static func testCase(_ check: GateCheck, _ report: GateReport) -> String {
    let start =
      "    <testcase classname=\"\(escape(check.scenario)).\(escape(check.plan))\""
      + " name=\"\(escape(check.name))\""
    guard !check.passed else { return start + "/>\n" }
    let plan = report.plans.first { $0.scenario == check.scenario && $0.plan == check.plan }
    let causes = plan.map(GateText.causeWords) ?? ""
    return start + ">\n      <failure type=\"cost\" message=\"\(escape(check.message))\">"
      + escape(causes) + "</failure>\n    </testcase>\n"
  }

  private static func escape(_ text: String) -> String {
    XMLText.escape(text, keepsLines: true)
  }
}
