import Audit
import CostModel
import Scenarios
import Simulator
import Support

/// How far one input can go while every limit is kept.
package struct Solution: Sendable {
  package enum Verdict: Hashable, Sendable {
    /// Up to here, and no further.
    case upTo(Double)
    /// From here on, and no less.
    case from(Double)
    /// Every value that was looked at keeps the limits; none does.
    case all, none
  }
  package struct Point: Sendable {
    package var value: Double
    package var assessment: Assessment
    package var isKept: Bool
  }

  package var knob: Knob
  package var limits: [Limit]
  package var verdict: Verdict
  /// Everything that was evaluated, by value.
  package var points: [Point]
  /// Whether each limited quantity only rises, or only falls, over the points.
  package var isMonotone: Bool
  /// Whether values further than these were not looked at, since simulating them takes too long.
  package var isCutShort = false

  /// The value that was solved for.
  package var answer: Double? {
    switch verdict {
    case .upTo(let value), .from(let value): value
    case .all: points.last?.value
    case .none: nil
    }
  }

  package func point(at value: Double) -> Point? { points.first { $0.value == value } }

  /// The first value beyond the answer that was looked at, which breaks a limit.
  package var beyond: Point? {
    switch verdict {
    case .upTo(let value): points.first { $0.value > value && !$0.isKept }
    case .from(let value): points.last { $0.value < value && !$0.isKept }
    case .all, .none: nil
    }
  }
}

/// Finds how far an input can go: looks at values over its whole range, then closes in on the last
/// one that keeps the limits. Whole numbers are exact to the unit, others to four digits, rounded to the
/// side that keeps the limits.
package struct Solver: Sendable {
  package let assessor: Assessor
  package let limits: [Limit]
  package let months: Int
  /// Calls that are simulated while it looks further than the scenario stands.
  package let searchCalls: Double

  package init(assessor: Assessor, limits: [Limit], months: Int, searchCalls: Double? = nil) throws
  {
    (self.assessor, self.limits, self.months) = (assessor, limits, months)
    self.searchCalls = try searchCalls ?? Double(SimulationLimits.shipped.get().searchCalls)
  }

  /// - Parameter range: where to look; nil: everywhere that makes sense.
  package func solve(_ knob: Knob, in range: ClosedRange<Double>?) throws -> Solution {
    let scanned = try scan(knob, in: range)
    let isCutShort = scanned.isCutShort
    var points = scanned.points
    let flags = points.map(\.isKept)
    guard let lastKept = flags.lastIndex(of: true) else {
      return solution(knob, .none, points, isCutShort)
    }
    guard let lastBroken = flags.lastIndex(of: false) else {
      return solution(knob, .all, points, isCutShort)
    }
    let isUpTo = lastKept < lastBroken
    var (kept, broken) =
      isUpTo
      ? (points[lastKept].value, points[lastKept + 1].value)
      : (points[lastBroken + 1].value, points[lastBroken].value)
    while !isClose(kept, broken, knob) {
      let between = (1...3).map { knob.rounded(kept + (broken - kept) * Double($0) / 4) }
      let inside = Set(between).subtracting([kept, broken]).sorted()
      guard !inside.isEmpty else { break }
      let new = try evaluate(inside, knob)
      // Values that the scenario cannot have lie in between: it is as near as it gets.
      guard !new.isEmpty else { break }
      points += new
      let ordered = kept < broken ? new : new.reversed()
      for point in ordered {
        if point.isKept {
          kept = point.value
        } else {
          broken = point.value
          break
        }
      }
    }
    let shown = try readable(kept, knob, isUpTo: isUpTo, &points)
    return solution(knob, isUpTo ? .upTo(shown) : .from(shown), points, isCutShort)
  }

  /// The value next to the last that keeps the limits which reads well and keeps them too.
  private func readable(
    _ kept: Double, _ knob: Knob, isUpTo: Bool, _ points: inout [Solution.Point]
  ) throws -> Double {
    let value = knob.readable(kept, isUpTo ? .down : .up)
    guard value != kept else { return kept }
    if let known = points.first(where: { $0.value == value }) { return known.isKept ? value : kept }
    guard let point = try evaluate([value], knob).first else { return kept }
    points.append(point)
    return point.isKept ? point.value : kept
  }

  private func isClose(_ a: Double, _ b: Double, _ knob: Knob) -> Bool {
    if knob.kind.isWhole { return (a - b).magnitude <= 1 }
    return (a - b).magnitude <= 1e-4 * max(a.magnitude, b.magnitude)
  }

  private func solution(
    _ knob: Knob, _ verdict: Solution.Verdict, _ points: [Solution.Point],
    _ isCutShort: Bool
  ) -> Solution {
    let sorted = points.sorted { $0.value < $1.value }
    let isMonotone = limits.allSatisfy { limit in
      let values = sorted.compactMap { limit.measure($0.assessment, months: months) }
      let pairs = zip(values, values.dropFirst())
      func slack(_ a: Double, _ b: Double) -> Double { 1e-9 * max(a.magnitude, b.magnitude) }
      return pairs.allSatisfy { $1 >= $0 - slack($0, $1) }
        || pairs.allSatisfy { $1 <= $0 + slack($0, $1) }
    }
    return Solution(
      knob: knob, limits: limits, verdict: verdict, points: sorted, isMonotone: isMonotone,
      isCutShort: isCutShort)
  }

  // MARK: Values

  /// Doubling and halving from where it stands; beyond the first two values that break a limit there
  /// is no need to look. Cut short where simulating more values would take too long.
  private func scan(
    _ knob: Knob, in range: ClosedRange<Double>?
  ) throws -> (points: [Solution.Point], isCutShort: Bool) {
    if let range {
      let steps = 24.0
      let span = range.upperBound - range.lowerBound
      let points = try evaluate(
        (0...24).map { range.lowerBound + span * Double($0) / steps }, knob)
      return (points, false)
    }
    if knob.kind == .share {
      return (try evaluate((0...20).map { Double($0) / 20 } + [knob.base], knob), false)
    }
    let start = knob.base > 0 ? knob.base : 1
    var points = try evaluate(
      (0...12).map { knob.isUsers ? max(1, start / Self.power($0)) : start / Self.power($0) }
        + (knob.isUsers ? [1] : [0]), knob)
    var step = 1
    var left = searchCalls - (try work(points, knob))
    while knob.isUsers ? start * Self.power(step) < 2e6 : step <= Self.doublings {
      // Each of them takes twice what the last one took.
      let last = try work(points.suffix(1), knob)
      guard last == 0 || 6 * last <= left else {
        return (points.sorted { $0.value < $1.value }, true)
      }
      let new = try evaluate([step, step + 1].map { start * Self.power($0) }, knob)
      points += new
      left -= try work(new, knob)
      if new.count < 2 || new.allSatisfy({ !$0.isKept }) { break }
      step += 2
    }
    return (points.sorted { $0.value < $1.value }, false)
  }

  /// Calls that were simulated for these points.
  private func work(_ points: some Sequence<Solution.Point>, _ knob: Knob) throws -> Double {
    let limits = try SimulationLimits.shipped.get()
    return try points.reduce(0) { sum, point in
      guard point.assessment.expected == nil else { return sum }
      let scenario = try assessor.tree.scenario(knob.settings(point.value))
      return sum + limits.work(scenario) * Double(point.assessment.runs.count)
    }
  }

  /// A thousandfold: more is another company.
  private static let doublings = 10

  private static func power(_ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { value, _ in value * 2 }
  }

  /// Points by value; values that the scenario cannot have are left out.
  private func evaluate(_ values: [Double], _ knob: Knob) throws -> [Solution.Point] {
    let values = Set(values.map(knob.rounded)).sorted()
    do {
      return try points(values, knob)
    } catch is InputErrors {
      let tree = assessor.tree
      return try points(
        values.filter { (try? tree.scenario(knob.settings($0))) != nil }, knob)
    }
  }

  private func points(_ values: [Double], _ knob: Knob) throws -> [Solution.Point] {
    let variants = values.map { Assessor.Variant(settings: knob.settings($0)) }
    return zip(values, try assessor.assess(variants)).map { value, plans in
      Solution.Point(
        value: value, assessment: plans[0],
        isKept: limits.allSatisfy { $0.isKept(plans[0], months: months) })
    }
  }
}
