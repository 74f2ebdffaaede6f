import Analysis
import CostModel
import Scenarios

/// The models of a catalog, judged for one kind of call.
package struct SelectionAnswer: Sendable {
  package enum Choice: Hashable, Sendable {
    case best(ModelID)
    /// No model was left, so the rules name one: nil where they name none.
    case fallback(ModelID?)
  }

  package let calls: SelectionCase
  /// The scale that quality is measured on; nil where no model has a figure.
  package let scale: SelectionRules.Scale?
  /// Models that are left by score, then those dropped, not scored and not capable.
  package let candidates: [SelectionCandidate]
  package let choice: Choice
  /// The model that most of the calls are routed to now.
  package let current: ModelID?
  /// Expected dollars of a call on it.
  package let currentCost: Double?

  package init(_ judge: SelectionJudge) {
    calls = judge.calls
    current = calls.current.first
    currentCost = current.map(judge.cost)
    let ids = judge.scenario.catalog.models.indices.map { ModelID(UInt16($0)) }
    let scale = judge.scale(among: ids.filter { judge.obstacle($0) == nil })
    self.scale = scale
    var judged = ids.map { judge.candidate($0, on: scale) }
    Self.markFrontier(&judged)
    candidates = judged.sorted(by: Self.precedes)
    choice =
      candidates.first { $0.isLeft }.map { Choice.best($0.model) }
      ?? .fallback(judge.rules.fallback)
  }

  package var left: [SelectionCandidate] { candidates.filter(\.isLeft) }

  /// Cheapest first.
  package var frontier: [SelectionCandidate] {
    candidates.filter(\.isOnFrontier).sorted {
      ($0.cost ?? 0, $0.model) < ($1.cost ?? 0, $1.model)
    }
  }

  /// The model that is chosen; nil: none is left, and the rules name none.
  package var chosen: ModelID? {
    switch choice {
    case .best(let id): id
    case .fallback(let id): id
    }
  }

  /// Expected dollars of a call on a model that can take it.
  package func cost(of model: ModelID) -> Double? { candidates.first { $0.model == model }?.cost }

  private static func markFrontier(_ judged: inout [SelectionCandidate]) {
    let points = judged.filter(\.isLeft).compactMap { one in
      one.cost.flatMap { cost in one.quality.map { (cost: cost, quality: $0.value) } }
    }
    for index in judged.indices where judged[index].isLeft {
      guard let cost = judged[index].cost, let quality = judged[index].quality?.value else {
        continue
      }
      judged[index].isOnFrontier = !points.contains { other in
        other.cost <= cost && other.quality >= quality
          && (other.cost < cost || other.quality > quality)
      }
    }
  }

  /// Equal scores: the cheaper one first, then the catalog's order.
  private static func precedes(_ a: SelectionCandidate, _ b: SelectionCandidate) -> Bool {
    if a.rank != b.rank { return a.rank < b.rank }
    if a.isLeft, a.score?.total != b.score?.total {
      return (a.score?.total ?? 0) > (b.score?.total ?? 0)
    }
    return (a.cost ?? 0, a.model) < (b.cost ?? 0, b.model)
  }

  // MARK: What the scales do

  /// How far a part of the score sets apart the models that are left; nil: fewer than two are.
  package func spread(of part: KeyPath<SelectionCandidate.Score, Double>) -> Double? {
    let values = left.compactMap { $0.score?[keyPath: part] }
    guard values.count > 1, let low = values.min(), let high = values.max() else { return nil }
    return high - low
  }

  /// The best model if the dearest one that is left used up the cost's part of the score, as latency
  /// and quality can use up theirs.
  package func bestWhereCostCounts(_ rules: SelectionRules) -> ModelID? {
    guard let dearest = left.compactMap(\.cost).max(), dearest > 0 else { return chosen }
    func total(_ candidate: SelectionCandidate) -> Double {
      guard let score = candidate.score, let cost = candidate.cost else { return -.infinity }
      return score.total - score.cost + rules.weights.cost * (1 - cost / dearest)
    }
    return left.max { total($0) < total($1) }?.model
  }
}

extension SelectionCandidate {
  /// Those that are left come first.
  fileprivate var rank: Int {
    switch verdict {
    case .scored: 0
    case .dropped: 1
    case .unscored: 2
    case .incapable: 3
    }
  }
}

/// Every kind of call of one plan, with its models.
package struct SelectionStudy: Sendable {
  package let scenario: Scenario
  package let plan: PlanSpec
  package let rules: SelectionRules
  /// The kinds of calls that cost most as they are routed now come first.
  package let answers: [SelectionAnswer]
  /// The parts of the plan that closed forms leave out.
  package let leftOut: [Expectation.Approximation]

  package init(_ scenario: Scenario, rules: SelectionRules) {
    self.scenario = scenario
    self.rules = rules
    plan = scenario.plans[0]
    leftOut = Expectation.leftOut(of: ExpectedCost(scenario: scenario, plan: plan))
    let plan = plan
    func bill(_ answer: SelectionAnswer) -> Double {
      answer.calls.calls * (answer.currentCost ?? 0)
    }
    answers = SelectionCase.all(of: scenario, plan: scenario.plans[0]).map {
      SelectionAnswer(SelectionJudge(scenario: scenario, rules: rules, calls: $0, plan: plan))
    }.enumerated().sorted {
      (-bill($0.element), $0.offset) < (-bill($1.element), $1.offset)
    }.map(\.element)
  }
}
