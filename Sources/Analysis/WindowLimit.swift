import CostModel
import Scenarios

/// What a model's context window does to calls of one shape, whose answers are taken to be of its mean
/// length.
package struct WindowLimit: Hashable, Sendable {
  /// The fewest input tokens that, with the answer, are more than the window holds.
  package let bound: Double
  /// Share of the calls that are larger.
  package let larger: Double
  /// Whether their input is cut, to one token below the bound; else they are refused.
  package let cuts: Bool

  /// nil: every call fits.
  package init?(_ model: Model, _ shape: CallShape) {
    guard let window = model.contextWindow.map(Double.init) else { return nil }
    bound = shape.windowBound(window)
    larger = shape.input(from: bound, below: .infinity).mass
    // Neither the static prefix nor images can be cut.
    cuts = model.overWindow == .truncate && bound - 1 >= shape.extraInput
    // What differences of distribution functions leave of nothing.
    guard larger > 1e-12 else { return nil }
  }

  /// Whether calls of so many input tokens, or a few more, are not taken.
  package func refuses(_ tokens: Double) -> Bool { !cuts && tokens >= bound }
}

/// Calls of one kind whose answers are so alike in length that a chain's windows hold the same inputs
/// beside them.
package struct WindowPart: Sendable {
  /// Of the calls of the kind.
  package var share: Double
  package var shape: CallShape
  /// By target of the chain; nil: it takes all of them.
  package var limits: [WindowLimit?]

  package init(share: Double, shape: CallShape, limits: [WindowLimit?]) {
    (self.share, self.shape, self.limits) = (share, shape, limits)
  }

  /// Numbers of input tokens from which on a window holds no more.
  package var bounds: [Double] { limits.compactMap { $0?.bound } }

  /// Share of all calls that a window must refuse, or cut, before anything is made of it.
  private static let least = 1e-9

  /// Empty: every window holds every call.
  package static func all(of variant: Variant, _ models: [Model]) -> [WindowPart] {
    let shape = CallShape(variant)
    let exceeded = models.filter { shape.mayExceed($0, variant) }
    // A conversation's prompts are judged apart.
    guard variant.turnKind == nil, !exceeded.isEmpty else { return [] }
    // A window that takes no call at all does not divide them.
    let windows = Set(
      exceeded.filter { shape.mayFit($0, variant) }.compactMap { $0.contextWindow.map(Double.init) }
    )
    var fitting: [CallShape.Answers] = []
    var parts: [WindowPart] = []
    for answers in CallShape.answers(of: variant, windows: windows, beside: shape.extraInput) {
      let part = WindowPart(answers, of: shape, models)
      if part.bounds.isEmpty { fitting.append(answers) } else { parts.append(part) }
    }
    guard
      parts.reduce(0, { $0 + $1.share * ($1.limits.compactMap { $0?.larger }.max() ?? 0) }) > least
    else { return [] }
    guard let first = fitting.first else { return parts }
    return [WindowPart(fitting.dropFirst().reduce(first, +), of: shape, models)] + parts
  }

  private init(_ answers: CallShape.Answers, of shape: CallShape, _ models: [Model]) {
    share = answers.mass
    let own = shape.with(answers)
    self.shape = own
    limits = models.map { WindowLimit($0, own) }
  }
}

extension CallShape {
  /// The fewest input tokens for which a window of so many leaves no room for the mean answer, which is a
  /// whole number only up to what sums of its parts round.
  package func windowBound(_ window: Double) -> Double {
    (window - meanOutput + 1e-6).rounded(.down) + 1
  }

  /// Whether a model's window may be too small for a call: one of its parts then takes a half or a quarter
  /// of it.
  fileprivate func mayExceed(_ model: Model, _ variant: Variant) -> Bool {
    guard let window = model.contextWindow.map(Double.init) else { return false }
    let chance =
      input(from: window / 2, below: .infinity).mass + variant.output.exceedance(window / 4)
      + variant.reasoning.exceedance(window / 4)
    return chance > 1e-12
  }

  /// Whether a model's window may hold a call, or so much of it as cannot be cut, beside the shortest answer.
  fileprivate func mayFit(_ model: Model, _ variant: Variant) -> Bool {
    guard let window = model.contextWindow.map(Double.init) else { return true }
    let shortest = variant.output.least.rounded() + variant.reasoning.least.rounded()
    let room = window - min(shortest, variant.maxTokens.map(Double.init) ?? .infinity)
    guard model.overWindow != .truncate else { return room >= extraInput }
    return input(from: -.infinity, below: room.rounded(.down) + 1).mass > 1e-12
  }

  /// The bill is then right to a part in 3,000 even where a third of the calls do not fit.
  private static let fineness = 3

  /// Answers cut into ranges by what windows leave beside them of the input, each with its share.
  fileprivate static func answers(
    of variant: Variant, windows: Set<Double>, beside extra: Double
  ) -> [Answers] {
    let law = variant.input
    var places = LawCells.cuts(law, fineness: fineness) + [-0.5, law.least.rounded() - 0.5]
    if case .lognormal(_, _, let cap?) = law { places.append(cap.rounded() - 0.5) }
    let edges = Set(windows.flatMap { window in places.map { window - extra - $0 } }).sorted()
    let room = variant.maxTokens.map(Double.init) ?? .infinity
    let isShared = variant.limitedTokens == .all
    let thoughts = LawCells.ranges(
      of: variant.reasoning, cap: isShared ? room : .infinity, rounded: true,
      edges: variant.output.isConstant
        ? edges.map { $0 - variant.output.mean }
        : LawCells.cuts(variant.reasoning, fineness: fineness))
    var found: [Int: Answers] = [:]
    for thought in thoughts {
      let thinking = thought.first / thought.mass
      let rest = isShared ? max(0, room - thinking) : room
      for said in LawCells.ranges(
        of: variant.output, cap: rest, rounded: true, edges: edges.map { $0 - thinking })
      {
        let length = thinking + said.first / said.mass
        let place = edges.partitioningIndex { length < $0 }
        found[place, default: Answers()].add(said, thought)
      }
    }
    let parts = found.sorted { $0.key < $1.key }.map(\.value)
    let total = parts.reduce(0) { $0 + $1.mass }
    return parts.map { $0.scaled(by: 1 / total) }
  }

  /// The share of a variant's calls whose input and answer a window of so many tokens holds; of a
  /// conversation's as if all were of this shape.
  package func fitting(_ variant: Variant, window: Double) -> Double {
    guard variant.turnKind == nil else {
      return input(from: -.infinity, below: windowBound(window)).mass
    }
    var model = Model(name: "", provider: "")
    model.contextWindow = Int64(window)
    return WindowPart.all(of: variant, [model]).reduce(1) { sum, part in
      sum - part.share * (part.limits[0]?.larger ?? 0)
    }
  }
}

extension Array where Element == Double {
  /// The first place of a sorted list for which that holds, which holds for all behind it.
  fileprivate func partitioningIndex(where holds: (Double) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
