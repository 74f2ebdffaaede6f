import Analysis
import CostModel
import Simulator
import Support

extension CallTrouble {
  private func share(_ count: Int64) -> Double { calls > 0 ? Double(count) / Double(calls) : 0 }

  /// Calls that came to another end than the one that they were routed to.
  private var astray: Int64 { failed + fallback + moved }

  /// Whether so many calls failed, were refused, skipped or answered by a fallback or in another region
  /// that every verb says so first (`AttentionLimits.troubledCalls`).
  package var isTold: Bool {
    max(share(astray), share(throttled)) > AttentionLimits.shipped.troubledCalls
  }

  /// - Parameter whose: ` with 50 users`, or nothing where it is clear.
  package func text(_ whose: String) -> String {
    let items: [(Int64, String)] = [
      (fallback, "were answered by a fallback"), (moved, "were answered in another region"),
      (failed - refused, "failed"), (refused, "were refused by the budget"),
      (throttled, "times a quota turned one away"),
      (tooLong, "times one was longer than a context window"),
    ]
    let counted = items.filter { $0.0 > 0 }.map { count, what in
      "\(PlainEnglish.count(count)) \(what) (\(PlainEnglish.share(share(count))))"
    }
    var text = "of \(PlainEnglish.plural(calls, "call"))\(whose), \(PlainEnglish.list(counted))"
    if openings > 0 {
      text += "; circuit breakers opened \(PlainEnglish.plural(openings, "time"))"
    }
    return text + "."
  }

  /// What a verdict on the budget is to be qualified by; nil: nothing.
  package var qualification: String? {
    guard isTold else { return nil }
    return astray > 0
      ? "with \(PlainEnglish.share(share(astray))) of the calls failed or answered by a fallback"
        + (moved > 0 ? " or in another region" : "")
      : "with calls turned away by quotas"
  }

  /// The largest share of calls that did not go as routed.
  private var worst: Double { max(share(astray), share(throttled)) }

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
      ? " Calls were met likewise in \(PlainEnglish.plural(Int64(others), things.one, things.several))."
      : ""
    let whose = emphasis.isEmpty ? PlainEnglish.visible(worst.whose) : Markdown.escape(worst.whose)
    return "\(emphasis)\(word): \(worst.trouble.text(whose))\(more)\(emphasis)"
  }
}
