import Simulator
import Support

/// What is said of requests that a log says were billed in a way of which their model lists no price.
package struct UnlistedBilling {
  private let cases: [(name: String, ways: [LoggedUse.Unlisted])]
  private let areCompared: Bool

  package init(_ report: ScenarioReport, _ replay: ReplayFindings) {
    cases = zip(report.plans, replay.unlisted).map { ($0.plan.name, $1) }
    areCompared = report.plans.count > 1
  }

  /// Of the first case that has such requests; nil: there are none.
  package var sentence: String? {
    guard let first = cases.first(where: { !$0.ways.isEmpty }) else { return nil }
    let whose = areCompared ? " under \(Markdown.escape(first.name))" : ""
    let ways = first.ways.prefix(3).map {
      "\(Markdown.escape($0.way)) of \(Markdown.escape($0.model))"
    }
    let more = first.ways.count > 3 ? ", and \(first.ways.count - 3) more" : ""
    let calls = first.ways.reduce(0) { $0 + $1.calls }
    let (are, they, were) = calls == 1 ? ("is", "it", "was") : ("are", "they", "were")
    return "Mind that \(PlainEnglish.plural(calls, "answered request"))\(whose) \(are) in this at "
      + "ordinary prices, since the catalog lists none for how the log says that \(they) \(were) billed "
      + "(\(PlainEnglish.list(ways))\(more))."
  }

  /// By case, model and way.
  package var lines: [String] {
    cases.flatMap { name, ways in
      let whose = areCompared ? ", under \(Markdown.escape(name))" : ""
      return ways.map {
        "\(PlainEnglish.plural($0.calls, "request")) answered by \(Markdown.escape($0.model))\(whose): "
          + "no price is listed for \(Markdown.escape($0.way)), so ordinary prices are taken."
      }
    }
  }
}

extension LoggedUse.Unlisted {
  package var json: JSONValue {
    .object([("model", .string(model)), ("way", .string(way)), ("requests", .integer(calls))])
  }
}
