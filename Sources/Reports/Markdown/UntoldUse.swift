import CostModel
import Simulator
import Support

/// What is said of requests of a log that cost $0 because the log tells nothing of them that their model
/// bills.
package struct UntoldUse {
  private let found: CaseFindings<LoggedUse.Untold>

  package init(_ report: ScenarioReport, _ replay: ReplayFindings) {
    found = CaseFindings(report, replay.untold)
  }

  /// Of the first case, or the first one that has such requests; nil: there are none.
  package var sentence: String? {
    guard let (whose, items) = found.first else { return nil }
    let calls = items.reduce(0) { $0 + $1.requests.calls }
    let row = items.map(\.requests.firstRow).min() ?? 0
    return "Mind that \(HumanFormat.plural(calls, "answered request"))\(whose) "
      + (calls == 1 ? "is" : "are") + " in this at $0, since the log tells nothing of "
      + (calls == 1 ? "it" : "them") + " that "
      + (calls == 1 ? "its model bills (row " : "their model bills (first: row ")
      + "\(HumanFormat.count(row))): what they used is not known."
  }

  /// By case and model.
  package var lines: [String] {
    found.lines { untold, whose in
      "\(HumanFormat.plural(untold.requests.calls, "request")) answered by "
        + "\(Markdown.escape(untold.model))\(whose), without anything that it bills: $0, first row "
        + "\(HumanFormat.count(untold.requests.firstRow))."
    }
  }
}

extension LoggedUse.Untold {
  package var json: JSONValue {
    .object([
      ("model", .string(model)), ("requests", .integer(requests.calls)),
      ("first_row", .integer(requests.firstRow)),
    ])
  }
}
