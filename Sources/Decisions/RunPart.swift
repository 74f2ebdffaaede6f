import CostModel
import Foundation
import Scenarios
import Simulator
import Support

/// What a simulated month of a plan came to, as far as reports need it of other months than the first.
package struct RunBill: PartValue, Hashable, Sendable {
  package var bill = MoneySum.zero
  /// The share of the period's months over the budget; nil without one.
  package var overrun: Double?

  package init() {}

  package init(_ outcome: Outcome) {
    bill = outcome.bill ?? .zero
    overrun = outcome.overrun
  }

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&bill)
    try part.code(&overrun)
  }

  package func outcome(of plan: PlanSpec) -> Outcome {
    Outcome(
      users: plan.users, cost: bill.dollars, bill: bill, overrun: overrun,
      anyOverrun: overrun.map { $0 > 0 ? 1 : 0 })
  }
}

/// The months of one plan, in order: with the inputs at their likely values, and with the inputs drawn
/// where any is.
package struct PlanBills: PartValue, Hashable, Sendable {
  package var likely: [RunBill] = []
  package var drawn: [RunBill] = []

  package init() {}

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&likely)
    try part.code(&drawn)
  }

  package static func + (a: PlanBills, b: PlanBills) -> PlanBills {
    var sum = a
    sum.likely += b.likely
    sum.drawn += b.drawn
    return sum
  }
}

/// Months that follow each other, by number from 1.
package struct MonthSpan: PartValue, Hashable, Sendable, CustomStringConvertible {
  package var first = 1
  package var count = 0

  package init() {}

  package init(_ months: Range<Int>) {
    first = months.lowerBound
    count = months.count
  }

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&first)
    try part.code(&count)
  }

  package var months: Range<Int> { first..<first + count }

  package var description: String {
    count == 1 ? "month \(first)" : "months \(first) to \(first + count - 1)"
  }
}

/// One scenario of a `run` that was split.
package struct ScenarioBills: PartValue, Sendable {
  package var text = ScenarioText()
  package var name = ""
  package var seed: UInt64 = 0
  /// The bills of each plan, in the scenario's order.
  package var plans: [PlanBills] = []

  package init() {}

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&text)
    try part.code(&name)
    try part.code(&seed)
    try part.code(&plans)
  }
}

/// Some of the months of a `run`, which merge with the others into the whole (docs/scale.md).
package struct RunPart: PartValue, Sendable {
  package var timeZoneData: String?
  /// Months of the whole.
  package var runs = 0
  /// The overrides as the user gave them.
  package var overrides: [String] = []
  package var scenarios: [ScenarioBills] = []
  /// Which months it has: apart from each other, ascending.
  package var spans: [MonthSpan] = []

  package init() {}

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&timeZoneData)
    try part.code(&runs)
    try part.code(&overrides)
    try part.code(&scenarios)
    try part.code(&spans)
    try check(part)
  }

  /// Whoever wrote it: what follows relies on it.
  private func check(_ part: PartCoder) throws(PartDamage) {
    try part.check((1...1_000_000).contains(runs), "it has no number of months")
    try part.check(!scenarios.isEmpty, "it has no scenario")
    var end = 0
    for span in spans {
      try part.check(
        span.first > end && span.count > 0 && span.count <= runs && span.first <= runs
          && span.first + span.count - 1 <= runs, "its months are in no order")
      end = span.first + span.count
    }
    let count = spans.reduce(0) { $0 + $1.count }
    for plan in scenarios.flatMap(\.plans) {
      let isWhole = plan.likely.count == count && [0, count].contains(plan.drawn.count)
      try part.check(isWhole, "bills of months are missing")
    }
  }

  /// The months of shard `number` (from 1) of `count`; none where there are more shards than months.
  package static func months(ofShard number: Int, of count: Int, runs: Int) -> Range<Int> {
    (number - 1) * runs / count + 1..<number * runs / count + 1
  }

  /// Why two parts are of different runs, in words that follow "its"; nil: they are not.
  package func difference(from other: RunPart) -> String? {
    if timeZoneData != other.timeZoneData {
      return "time zone data is \(timeZoneData ?? "unknown"), there "
        + (other.timeZoneData ?? "unknown")
    }
    let (own, theirs) = (scenarios.map(\.name), other.scenarios.map(\.name))
    if own != theirs {
      return "scenarios are \(own.joined(separator: ", ")), there "
        + theirs.joined(separator: ", ")
    }
    if runs != other.runs { return "--runs is \(runs), there \(other.runs)" }
    for (own, theirs) in zip(scenarios, other.scenarios) {
      if own.seed != theirs.seed { return "seed is \(own.seed), there \(theirs.seed)" }
      if let difference = own.text.difference(from: theirs.text) { return difference }
    }
    func listed(_ overrides: [String]) -> String {
      overrides.isEmpty ? "none" : overrides.joined(separator: "; ")
    }
    if overrides != other.overrides {
      return "changes on the command line are \(listed(overrides)), there "
        + listed(other.overrides)
    }
    let counts = (scenarios.map(\.plans.count), other.scenarios.map(\.plans.count))
    if counts.0 != counts.1 { return "plans are \(counts.0), there \(counts.1)" }
    return nil
  }
}

/// Parts of one run, brought together in any order.
package struct RunMerge {
  private let first: (part: RunPart, name: String)
  private var texts: [ScenarioText]
  /// By part, without those that have no months.
  private var pieces: [(span: MonthSpan, name: String, plans: [[PlanBills]])] = []

  /// - Parameter name: of the part, for messages.
  package init(_ part: RunPart, name: String) throws(BadInput) {
    first = (part, name)
    texts = part.scenarios.map(\.text)
    try add(part, name: name)
  }

  /// Throws `BadInput` where it is of another run, or has months that are there already.
  package mutating func add(_ part: RunPart, name: String) throws(BadInput) {
    if let difference = part.difference(from: first.part) {
      throw BadInput(
        message: "\(name): error: is part of another run than \(first.name): its \(difference)")
    }
    for known in pieces {
      if let twice = part.spans.first(where: { $0.months.overlaps(known.span.months) }) {
        let both = MonthSpan(twice.months.clamped(to: known.span.months))
        let place = known.name == name ? "given a second time" : "in \(known.name) as well"
        throw BadInput(
          message: "\(name): error: has \(both), which \(both.count == 1 ? "is" : "are") \(place), "
            + "expected every month in one part")
      }
    }
    var start = 0
    for span in part.spans {
      let own = start..<start + span.count
      pieces.append(
        (
          span, name,
          part.scenarios.map { scenario in
            scenario.plans.map { plan in
              var bills = PlanBills()
              bills.likely = Array(plan.likely[own])
              if !plan.drawn.isEmpty { bills.drawn = Array(plan.drawn[own]) }
              return bills
            }
          }
        ))
      start += span.count
    }
    for (place, scenario) in part.scenarios.enumerated()
    where scenario.text.precedes(texts[place]) {
      texts[place] = scenario.text
    }
  }

  /// All that was added, as one part: the same for any order.
  package var part: RunPart {
    var part = first.part
    let sorted = pieces.sorted { $0.span.first < $1.span.first }
    part.spans = []
    for (place, text) in texts.enumerated() {
      part.scenarios[place].text = text
      for plan in part.scenarios[place].plans.indices {
        part.scenarios[place].plans[plan] = sorted.reduce(into: PlanBills()) {
          $0.likely += $1.plans[place][plan].likely
          $0.drawn += $1.plans[place][plan].drawn
        }
      }
    }
    for piece in sorted {
      if let last = part.spans.last, last.first + last.count == piece.span.first {
        part.spans[part.spans.count - 1].count += piece.span.count
      } else {
        part.spans.append(piece.span)
      }
    }
    return part
  }

  /// Throws `BadInput` where months are in none of the parts.
  package func checkWhole() throws(BadInput) {
    let part = part
    var next = 1
    var missing: [MonthSpan] = []
    for span in part.spans + [MonthSpan(part.runs + 1..<part.runs + 2)] {
      if span.first > next { missing.append(MonthSpan(next..<span.first)) }
      next = span.first + span.count
    }
    guard let one = missing.first else {
      let isDrawn = part.scenarios.flatMap(\.plans).allSatisfy {
        [0, $0.likely.count].contains($0.drawn.count)
      }
      guard isDrawn else {
        throw BadInput(message: "\(first.name): error: is damaged: bills of months are missing")
      }
      return
    }
    let more =
      missing.count > 1
      ? " (and \(missing.count - 1) more such \(missing.count == 2 ? "gap" : "gaps"))" : ""
    throw BadInput(
      message: "merge: error: \(one)\(more) of \(part.runs) \(one.count == 1 ? "is" : "are") in "
        + "none of the parts, expected all of them, or '--partial FILE' to merge the rest later")
  }
}
