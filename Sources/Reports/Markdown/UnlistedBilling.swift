import Simulator
import Support

/// What is said of requests that a log says were billed in a way of which their model lists no price.
package struct UnlistedBilling {
  private let found: CaseFindings<LoggedUse.Unlisted>

  package init(_ report: ScenarioReport, _ replay: ReplayFindings) {
    found = CaseFindings(report, replay.unlisted)
  }

  /// Of the first case that has such requests; nil: there are none.
  package var sentence: String? {
    guard let (whose, items) = found.first else { return nil }
    let ways = items.prefix(3).map {
      "\(Markdown.escape($0.way)) of \(Markdown.escape($0.model))"
    }
    let more = items.count > 3 ? ", and \(items.count - 3) more" : ""
    let calls = items.reduce(0) { $0 + $1.calls }
    let (are, they, were) = calls == 1 ? ("is", "it", "was") : ("are", "they", "were")
    return "Mind that \(HumanFormat.plural(calls, "answered request"))\(whose) \(are) in this at "
      + "ordinary prices, since the catalog lists none for how the log says that \(they) \(were) billed "
      + "(\(HumanFormat.list(ways))\(more))."
  }

  /// By case, model and way.
  package var lines: [String] {
    found.lines { item, whose in
      "\(HumanFormat.plural(item.calls, "request")) answered by \(Markdown.escape(item.model))\(whose): "
        + "no price is listed for \(Markdown.escape(item.way)), so ordinary prices are taken."
    }
  }
}

extension LoggedUse.Unlisted {
  package var json: JSONValue {
    .object([("model", .string(model)), ("way", .string(way)), ("requests", .integer(calls))])
  }
}
