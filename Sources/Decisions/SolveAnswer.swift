import Analysis
import CostModel
import Scenarios
import Simulator

/// The answer of `solve`: how far one input can go, how the scenario stands without it, and what
/// else would do.
package struct SolveAnswer: Sendable {
  /// The scenario with the one plan that is asked about.
  package var scenario: Scenario
  /// The number of months that are simulated for each value; nil: closed forms.
  package var runs: Int?
  /// The assessment of the scenario as it stands.
  package var base: Assessment
  package var isBaseKept: Bool
  package var solution: Solution
  /// Whether other inputs were tried: where the scenario breaks a limit as it stands, and trying one
  /// takes seconds.
  package var triesOthers: Bool
  /// Those that alone would make it keep the limits, the smallest change first.
  package var others: [Solution]
  /// One simulated month at the answer and at the first value that breaks a limit, where the limits
  /// are closed forms.
  package var checks: [(value: Double, outcome: Outcome)]

  /// Why the formula tells no chance where the answer lies; nil: it does, or none is asked for.
  package var simulatedFor: String?

  /// By how much the answer may be off because the chance at it is known only so well; nil where it is
  /// known exactly.
  package var answerPrecision: Double? {
    guard let limit = solution.limits.first(where: { $0.chance != nil }), let chance = limit.chance,
      let value = solution.answer, let at = solution.point(at: value)?.assessment,
      let precision = at.precision(of: chance), precision > 0
    else { return nil }
    // How steeply the chance rises, over the nearest points that differ by more than it is known.
    let months = scenario.period.months.count
    func measure(_ point: Solution.Point) -> Double? {
      limit.measure(point.assessment, months: months)
    }
    guard let here = limit.measure(at, months: months) else { return nil }
    let slopes = solution.points.compactMap { point -> (distance: Double, slope: Double)? in
      guard point.value != value, let there = measure(point),
        (there - here).magnitude > 2 * precision
      else { return nil }
      let distance = (point.value - value).magnitude
      return (distance, (there - here).magnitude / distance)
    }
    guard let nearest = slopes.min(by: { $0.distance < $1.distance }) else { return nil }
    let spread = precision / nearest.slope
    return solution.knob.kind.isWhole ? max(1, spread.rounded(.up)) : spread
  }

  /// The parts that the closed forms leave out, as the scenario stands and at the answer.
  package var leftOut: [Expectation.Approximation] {
    let points = [solution.answer.flatMap(solution.point), solution.beyond].compactMap(\.self)
    return Expectation.union(points.map(\.assessment.leftOut) + [base.leftOut])
  }

  /// A simulated check of more calls would take minutes.
  private static let checkedCalls = 20_000_000.0
  /// Inputs that are tried, and shown.
  private static let candidates = 8
  private static let shownOthers = 6

  package init(
    _ assessor: Assessor, scenario: Scenario, knob: Knob, limits: [Limit],
    in range: ClosedRange<Double>?
  ) throws {
    let months = scenario.period.months.count
    var assessor = assessor
    assessor.simulatesChances = limits.contains { $0.chance != nil }
    let solver = try Solver(assessor: assessor, limits: limits, months: months)
    self.scenario = scenario
    runs = assessor.runs
    base = try assessor.assess([Assessor.Variant()])[0][0]
    let asked = base
    isBaseKept = limits.allSatisfy { $0.isKept(asked, months: months) }
    solution = try solver.solve(knob, in: range)
    others = []
    checks = []
    if limits.contains(where: { $0.chance != nil }), assessor.runs == nil,
      let value = solution.answer
    {
      let variant = try assessor.tree.scenario(knob.settings(value))
      simulatedFor = Expectation(scenario: variant, plan: variant.plans[0]).whyNoChance
    }
    triesOthers =
      !isBaseKept && assessor.runs == nil && base.expected != nil && !assessor.drawsInputs
    guard assessor.runs == nil else { return }
    if triesOthers { others = try Self.others(than: knob, solver, scenario) }
    for point in [solution.answer.flatMap(solution.point), solution.beyond].compactMap(\.self) {
      let variant = try assessor.tree.scenario(knob.settings(point.value))
      let simulation = Simulation(variant)
      guard simulation.expectedArrivals(runs: 1) <= Self.checkedCalls else { continue }
      let result = try simulation.result(of: variant.plans[0], run: 1)
      checks.append((point.value, Outcome(result, budget: variant.budget)))
    }
  }

  /// What describes how calls spread is not for anybody to change.
  private static let descriptions: Set = ["cv", "cap", "zipf", "pool", "weight"]

  /// Fewer calls of everybody, cheaper models all round.
  private static let groups = ["workloads.*.volume*", "prices.***"]

  private static func others(
    than knob: Knob, _ solver: Solver, _ scenario: Scenario
  ) throws -> [Solution] {
    let tornado = try Sensitivity(solver.assessor, scenario: scenario, share: 0.2)
    let inputs = tornado.moving.map(\.input).filter { input in
      !input.isSpan && !descriptions.contains(input.path.last ?? "")
        && !knob.inputs.contains { $0.path == input.path }
    }
    let knobs =
      inputs.prefix(candidates).map { Knob($0) }
      + groups.compactMap { Knob($0, in: solver.assessor.tree) }.filter { $0.inputs.count > 1 }
    return try knobs.map { try solver.solve($0, in: nil) }
      .filter { change(of: $0).map { $0 < 0.9 } ?? false }
      .enumerated().sorted { (step(of: $0.element), $0.offset) < (step(of: $1.element), $1.offset) }
      .map(\.element)
      .prefix(shownOthers).map(\.self)
  }

  /// In steps of a thousandth: changes that are as large stand in the order in which they were tried.
  private static func step(of solution: Solution) -> Double {
    ((change(of: solution) ?? 0) * 1_000).rounded()
  }

  /// The relative change that a solution asks for; nil where it is none.
  package static func change(of solution: Solution) -> Double? {
    switch solution.verdict {
    case .upTo(let value), .from(let value):
      solution.knob.base > 0 ? (value / solution.knob.base - 1).magnitude : nil
    case .all, .none: nil
    }
  }
}
