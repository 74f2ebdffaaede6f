import CostModel
import Scenarios

/// The random sizes of a call of one variant, as moments. Input, output and audio are independent
/// of each other; thinking comes first, and the answer has what it leaves of `maxTokens`.
package struct CallShape: Sendable {
  package private(set) var inputLaw: Distribution
  /// Prefix and frames, added to what is drawn.
  package private(set) var extraInput: Double
  private let audioLaw: Distribution
  package private(set) var visible: PartialMoments
  package private(set) var reasoning: PartialMoments
  /// E[visible · reasoning].
  package private(set) var product: Double
  /// Visible and reasoning tokens are both random and may meet the cap together.
  package let isCapApproximate: Bool
  /// Of a part of the calls: how long their answers are.
  package private(set) var cells: [Answers.Cell] = []

  /// Answers of some of a variant's calls.
  package struct Answers: Sendable {
    package struct Cell: Sendable {
      package var visible: Double
      package var reasoning: Double
      package var mass: Double
      /// The shortest visible answer in it.
      fileprivate var least: Double
    }

    package private(set) var mass = 0.0
    fileprivate var visible = PartialMoments()
    fileprivate var reasoning = PartialMoments()
    fileprivate var product = 0.0
    fileprivate var cells: [Cell] = []

    /// Adds what is said in a range beside what is thought in one.
    package mutating func add(_ said: PartialMoments, _ thought: PartialMoments) {
      mass += said.mass * thought.mass
      visible = visible + said.scaled(by: thought.mass)
      reasoning = reasoning + thought.scaled(by: said.mass)
      product += said.first * thought.first
      let cell = Cell(
        visible: said.first / said.mass, reasoning: thought.first / thought.mass,
        mass: said.mass * thought.mass, least: said.first / said.mass)
      guard let last = cells.last, last.reasoning == cell.reasoning,
        cell.visible <= last.least * Self.alike + 1
      else { return cells.append(cell) }
      let both = last.mass + cell.mass
      cells[cells.count - 1].visible =
        (last.visible * last.mass + cell.visible * cell.mass) / both
      cells[cells.count - 1].mass = both
    }

    /// Answers beside the same thinking are one cell up to so many times the shortest.
    private static let alike = 1.2

    package static func + (a: Answers, b: Answers) -> Answers {
      var sum = a
      sum.mass += b.mass
      sum.visible = a.visible + b.visible
      sum.reasoning = a.reasoning + b.reasoning
      sum.product += b.product
      sum.cells += b.cells
      return sum
    }

    package func scaled(by factor: Double) -> Answers {
      var result = self
      result.mass *= factor
      result.visible = visible.scaled(by: factor)
      result.reasoning = reasoning.scaled(by: factor)
      result.product *= factor
      for place in cells.indices { result.cells[place].mass *= factor }
      return result
    }
  }

  /// The shape of those of the calls that are answered so.
  package func with(_ answers: Answers) -> CallShape {
    let own = answers.scaled(by: 1 / answers.mass)
    var shape = self
    (shape.visible, shape.reasoning, shape.product) = (own.visible, own.reasoning, own.product)
    shape.cells = own.cells
    return shape
  }

  /// Takes a mean for all that is sent: no whole number of tokens.
  package mutating func take(meanInput: Double) {
    (inputLaw, extraInput) = (.fixed(0), meanInput)
  }

  package init(_ variant: Variant) {
    inputLaw = variant.input
    extraInput = Double(variant.prefixTokens + variant.frameTokens)
    audioLaw = variant.audio
    let room = variant.maxTokens.map(Double.init) ?? .infinity
    let alone = variant.output.moments(cappedAt: room, rounded: true)
    let thinking = variant.reasoning.moments(
      cappedAt: variant.limitedTokens == .all ? room : .infinity, rounded: true)
    reasoning = thinking
    guard room < .infinity, variant.limitedTokens == .all, thinking.first > 0 else {
      visible = alone
      product = alone.first * thinking.first
      isCapApproximate = false
      return
    }
    if variant.output.isConstant {
      (visible, product) = Self.rest(of: room, after: variant.reasoning, atMost: alone.first)
      isCapApproximate = false
      return
    }
    var sum = PartialMoments()
    var product = 0.0
    for cell in Self.cells(of: variant.reasoning, room: room) {
      let rest = variant.output.moments(cappedAt: room - cell.value, rounded: true)
      sum = sum + rest.scaled(by: cell.mass)
      product += cell.mass * cell.value * rest.first
    }
    visible = sum
    self.product = product
    isCapApproximate = !variant.reasoning.isConstant && sum.first < alone.first * (1 - 1e-9)
  }

  /// Answers that are all as long, as far as thinking leaves them room, and E[answer · thinking].
  private static func rest(
    of room: Double, after thinking: Distribution, atMost length: Double
  ) -> (PartialMoments, product: Double) {
    let free = thinking.moments(below: room - length + 0.5, rounded: true)
    let cut = thinking.moments(below: room - 0.5, rounded: true) - free
    var visible = PartialMoments(mass: 1)
    visible.first = length * free.mass + room * cut.mass - cut.first
    visible.second =
      length * length * free.mass + room * room * cut.mass - 2 * room * cut.first + cut.second
    visible.third =
      length * length * length * free.mass + room * room * room * cut.mass
      - 3 * room * room * cut.first + 3 * room * cut.second - cut.third
    return (visible, length * free.first + room * cut.first - cut.second)
  }

  /// Thinking tokens cut into ranges, each at its mean.
  private static func cells(
    of law: Distribution, room: Double
  ) -> [(value: Double, mass: Double)] {
    if law.isConstant { return [(law.moments(cappedAt: room, rounded: true).first, 1)] }
    let count = 400
    let top = min(room, 4 * law.moments().first + 8 * law.moments().second.squareRoot())
    var result: [(value: Double, mass: Double)] = []
    var before = PartialMoments()
    for cell in 1...count {
      let edge = (top * Double(cell) / Double(count)).rounded() - 0.5
      let upTo = law.moments(below: edge, rounded: true)
      let range = upTo - before
      if range.mass > 0 {
        result.append((max(0, range.first / range.mass), range.mass))
        before = upTo
      }
    }
    if before.mass < 1 { result.append((top, 1 - before.mass)) }
    return result
  }

  /// Total input tokens over `lower ..< upper` whole tokens.
  package func input(from lower: Double, below upper: Double) -> PartialMoments {
    let s = extraInput
    return
      (inputLaw.moments(below: upper - s - 0.5, rounded: true)
      - inputLaw.moments(below: lower - s - 0.5, rounded: true)).shifted(by: s)
  }

  package var meanInput: Double { input(from: -.infinity, below: .infinity).first }
  package var meanOutput: Double { visible.first + reasoning.first }
  /// Seconds.
  package var meanAudio: Double { audioLaw.mean }

  /// Moments of the billed seconds of audio; silence has no minimum.
  package func billedAudio(_ sheet: PriceSheet) -> PartialMoments {
    audioLaw.billed(minimum: sheet.minimumAudio.seconds, step: sheet.audioStep.seconds)
  }
}
