import Simulator
import Support

/// What is said of some of a replay's requests, case by case.
package struct CaseFindings<Item> {
  private let cases: [(name: String, items: [Item])]
  private let areCompared: Bool

  /// - Parameter items: by case, in the report's order.
  package init(_ report: ScenarioReport, _ items: [[Item]]) {
    cases = zip(report.plans, items).map { ($0.plan.name, $1) }
    areCompared = report.plans.count > 1
  }

  /// The first case that has any, and whose they are: ` under cheap`, or nothing where there is one case.
  package var first: (whose: String, items: [Item])? {
    cases.first { !$0.items.isEmpty }.map {
      (areCompared ? " under \(Markdown.escape($0.name))" : "", $0.items)
    }
  }

  /// One line each, of an item and whose it is.
  package func lines(_ text: (Item, String) -> String) -> [String] {
    cases.flatMap { name, items in
      let whose = areCompared ? ", under \(Markdown.escape(name))" : ""
      return items.map { text($0, whose) }
    }
  }
}
