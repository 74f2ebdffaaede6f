import Analysis
import CostModel
import Simulator
import Support

extension CallTrouble {
  private func share(_ count: Int64) -> Double { calls > 0 ? Double(count) / Double(calls) : 0 }

  private var shareOfRuns: Double { runs > 0 ? Double(refusedRuns) / Double(runs) : 0 }

  /// Calls that came to another end than the one that they were routed to.
  private var astray: Int64 { failed + fallback + moved }

  /// Whether so many calls failed, were refused, skipped or answered by a fallback or in another region
  /// or cut, that every verb says so first (`AttentionLimits.troubledCalls`).
  package var isTold: Bool {
    worst > AttentionLimits.shipped.troubledCalls
  }

  /// - Parameter whose: ` with 50 users`, or nothing where it is clear.
  package func text(_ whose: String) -> String {
    let items: [(count: Int64, text: String)] = [
      (fallback, were(fallback, "answered by a fallback")),
      (moved, were(moved, "answered in another region")),
      (failed - refused, "\(HumanFormat.count(failed - refused)) failed"),
      (refused, were(refused, "refused by the budget")),
      (throttled, "\(HumanFormat.times(throttled)) a quota turned one away"),
      (tooLong, "\(HumanFormat.times(tooLong)) one was longer than a context window"),
      (
        cut,
        "\(HumanFormat.times(cut)) one was cut to fit a context window, by "
          + "\(HumanFormat.plural(cutTokens, "token")) of input\(cut == 1 ? "" : " in all")"
      ),
    ]
    let counted = items.filter { $0.count > 0 }.map { item in
      "\(item.text) (\(HumanFormat.share(share(item.count))))"
    }
    var text =
      counted.isEmpty
      ? "" : "of \(HumanFormat.plural(calls, "call"))\(whose), \(HumanFormat.list(counted))"
    if refusedRuns > 0 {
      text +=
        (text.isEmpty ? "" : "; ") + "of \(HumanFormat.plural(runs, "run"))\(whose), "
        + were(refusedRuns, "refused for want of a free place") + " ("
        + HumanFormat.share(shareOfRuns) + ")"
    }
    if openings > 0 {
      text += "; circuit breakers opened \(HumanFormat.plural(openings, "time"))"
    }
    return text + "."
  }

  private func were(_ count: Int64, _ what: String) -> String {
    "\(HumanFormat.count(count)) \(count == 1 ? "was" : "were") \(what)"
  }

  /// What a verdict on the budget is to be qualified by; nil: nothing.
  package var qualification: String? {
    guard isTold else { return nil }
    return astray > 0
      ? "with \(HumanFormat.share(share(astray))) of the calls failed or answered by a fallback"
        + (moved > 0 ? " or in another region" : "")
      : cut > throttled
        ? "with \(HumanFormat.share(share(cut))) of the calls cut to fit a context window"
        : throttled > 0
          ? "with calls turned away by quotas"
          : "with \(HumanFormat.share(shareOfRuns)) of the runs refused for want of a free place"
  }

  /// The largest share of calls that did not go as routed, or not whole.
  private var worst: Double {
    max(share(astray), share(throttled), share(cut), shareOfRuns)
  }

  /// Of several simulated variants, that with the most trouble; nil: none has any to tell of.
  package static func worst(_ all: [(whose: String, trouble: CallTrouble?)]) -> (
    whose: String, trouble: CallTrouble
  )? {
    let told = all.compactMap { item in item.trouble.map { (whose: item.whose, trouble: $0) } }
      .filter(\.trouble.isTold)
    return told.enumerated().max {
      ($0.element.trouble.worst, -$0.offset) < ($1.element.trouble.worst, -$1.offset)
    }?.element
  }

  /// The sentence that stands before figures of simulated months; nil where nothing is to be told.
  /// - Parameter things: what the others are called.
  package static func sentence(
    _ all: [(whose: String, trouble: CallTrouble?)], emphasis: String,
    things: (one: String, several: String) = ("other", "others")
  ) -> String? {
    guard let worst = worst(all) else { return nil }
    let word = emphasis.isEmpty ? "ATTENTION" : "Attention"
    let others = all.count { $0.trouble?.isTold == true } - 1
    let more =
      others > 0
      ? " Calls were met likewise in \(HumanFormat.plural(Int64(others), things.one, things.several))."
      : ""
    let whose = emphasis.isEmpty ? HumanFormat.visible(worst.whose) : Markdown.escape(worst.whose)
    return "\(emphasis)\(word): \(worst.trouble.text(whose))\(more)\(emphasis)"
  }
}
