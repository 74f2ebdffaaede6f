import Analysis
import CostModel
import Scenarios

/// The effect of each input on the bill of one plan, all others as they are.
package struct Sensitivity: Sendable {
  /// One input, or several that are moved together, at its low, its stated and its high value.
  package struct Row: Sendable {
    /// Of several the path that scales them all; its value is then 1, and ends are shares of it.
    package var input: ScenarioInput
    /// How many inputs are moved.
    package var count: Int
    package var low: Double
    package var high: Double
    /// Whether the file states the range; else it is the stated share up and down.
    package var isStated: Bool
    package var atLow: Assessment
    package var atHigh: Assessment

    /// How far the bill moves, in dollars.
    package var swing: Double { max(0, dearest - cheapest) }
    private var dearest: Double { max(atLow.cost, atHigh.cost) }
    private var cheapest: Double { min(atLow.cost, atHigh.cost) }
  }

  package var scenario: Scenario
  package var base: Assessment
  /// The share by which inputs without a range are moved.
  package var share: Double
  /// The number of months that were simulated; nil: closed forms.
  package var runs: Int?
  /// The bill over the ranges of inputs; nil where none has one, or the budget acts.
  package var overRanges: Assessment?
  /// Every input that was moved, by swing, then in file order.
  package var rows: [Row]

  /// Those that move the bill by more than the last bits of a sum.
  package var moving: ArraySlice<Row> { rows.prefix { $0.swing > 1e-9 * base.cost } }

  /// Settings that are choices of the plan, not estimates.
  private static let decided: Set = ["budget"]

  /// - Parameters:
  ///   - scenario: with the one plan that is looked at.
  ///   - share: 0.2 for ±20 %.
  ///   - isBundled: Whether a model's prices, what else a provider decides, and a flow's stages are each
  ///     moved together.
  package init(
    _ assessor: Assessor, scenario: Scenario, share: Double, isBundled: Bool = false
  ) throws {
    let used = Set(
      Expectation(scenario: scenario, plan: scenario.plans[0]).byModel.map { name in
        name.model.split(separator: "@").first.map(String.init) ?? name.model
      })
    let candidates = assessor.tree.inputs.filter { input in
      !Self.decided.contains(input.path[0]) && Self.isUsed(input, models: used)
    }
    let moves = Self.moves(of: candidates, share: share, isBundled: isBundled)
    let variants = moves.flatMap { move in
      [move.low, move.high].map { Assessor.Variant(settings: $0) }
    }
    let all = try assessor.atLikelyInputs.assess([Assessor.Variant()] + variants).map { $0[0] }
    self.scenario = scenario
    self.share = share
    runs = assessor.runs
    base = all[0]
    overRanges = try Assessor.overRanges(assessor.tree, scenario, threads: assessor.threads)
    let every = moves.enumerated().map { index, move in
      let isOne = move.low.count == 1
      return Row(
        input: move.input, count: move.low.count, low: isOne ? move.low[0].value : 1 - share,
        high: isOne ? move.high[0].value : 1 + share, isStated: move.isStated,
        atLow: all[1 + 2 * index], atHigh: all[2 + 2 * index])
    }
    rows = every.enumerated()
      .sorted { ($1.element.swing, $0.offset) < ($0.element.swing, $1.offset) }.map(\.element)
  }

  /// Prices and behaviour of models that no call reaches are nobody's question.
  private static func isUsed(_ input: ScenarioInput, models: Set<String>) -> Bool {
    let isOfCatalog = input.locations.contains { $0.document == .catalog }
    return !isOfCatalog || models.contains(input.path[1])
  }

  private struct Move {
    var input: ScenarioInput
    var low: [InputSetting]
    var high: [InputSetting]
    var isStated: Bool
  }

  /// In the order of the file, several that are moved together where the first of them stands.
  private static func moves(
    of inputs: [ScenarioInput], share: Double, isBundled: Bool
  ) -> [Move] {
    var members: [[String]: [ScenarioInput]] = [:]
    var order: [[String]] = []
    for input in inputs {
      let path = (isBundled ? bundle(of: input) : nil) ?? input.path
      if members[path] == nil { order.append(path) }
      members[path, default: []].append(input)
    }
    return order.map { path in
      let inputs = members[path] ?? []
      let ends = inputs.map { Self.ends(of: $0, share: share) }
      var shown = inputs[0]
      if inputs.count > 1 {
        (shown.path, shown.locations, shown.kind, shown.value) = (path, [], .share, 1)
        shown.isSpan = false
      }
      return Move(
        input: shown, low: zip(inputs, ends).map { $1.low($0) },
        high: zip(inputs, ends).map { $1.high($0) }, isStated: ends.allSatisfy(\.isStated))
    }
  }

  /// The path of all inputs that are moved with this one: what a provider sets for a model, and what the
  /// stages of a flow state. nil: it is moved alone, as are inputs whose range is stated, shares, which are
  /// choices, and what a price sheet says beside its prices.
  private static func bundle(of input: ScenarioInput) -> [String]? {
    guard input.law == nil, input.group == nil, input.path.count > 2, !input.isPriceRule else {
      return nil
    }
    if ofProviders.contains(input.path[0]) { return Array(input.path[..<2]) + ["**"] }
    return input.path.firstIndex(of: "stages").map { Array(input.path[...$0]) + ["**"] }
  }

  /// Parts of a scenario or a catalog that have a provider's figures by model.
  private static let ofProviders: Set = ["prices", "models", "quotas"]

  private typealias Ends = (
    low: (ScenarioInput) -> InputSetting, high: (ScenarioInput) -> InputSetting, isStated: Bool
  )

  /// The stated range, of unbounded ones 5 % to 95 %; else the share up and down, of whole numbers
  /// at least one. Of the chance that a conversation goes on, which is below 100 %, the chance that it
  /// ends is moved.
  private static func ends(of input: ScenarioInput, share: Double) -> Ends {
    func to(_ value: Double) -> (ScenarioInput) -> InputSetting {
      { InputSetting(input: $0, change: .value($0.kind.rounded(value))) }
    }
    switch input.law {
    case .triangular(let low, _, let high), .uniform(let low, let high):
      return (to(low), to(high), true)
    case .normal, .lognormal:
      return (to(input.law?.quantile(0.05) ?? 0), to(input.law?.quantile(0.95) ?? 0), true)
    case nil where input.path.contains("conversation") && input.path.last == "continue":
      let end = 1 - input.value
      return (to(1 - end * (1 + share)), to(1 - end * (1 - share)), false)
    case nil:
      let isTooSmall =
        input.kind.isWhole && !input.isSpan && (input.value * share).rounded() == 0
      if isTooSmall {
        // Most whole numbers have to be positive: 1 is as low as it gets.
        return (to(max(min(1, input.value), input.value - 1)), to(input.value + 1), false)
      }
      if input.isSpan {
        return (
          { InputSetting(input: $0, change: .factor(1 - share)) },
          { InputSetting(input: $0, change: .factor(1 + share)) }, false
        )
      }
      return (to(input.value * (1 - share)), to(input.value * (1 + share)), false)
    }
  }
}
