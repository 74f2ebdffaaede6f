import CostModel

/// The random sizes of a call of one variant, as moments. Input, output and audio are independent
/// of each other; visible and reasoning tokens share the room of `maxTokens`.
struct CallShape: Sendable {
  let inputLaw: Distribution
  /// Prefix and frames, added to what is drawn.
  let extraInput: Double
  private let audioLaw: Distribution
  let visible: PartialMoments
  let reasoning: PartialMoments
  /// E[visible · reasoning].
  let product: Double
  /// Visible and reasoning tokens are both random and may meet the cap together.
  let isCapApproximate: Bool

  init(_ variant: Variant) {
    inputLaw = variant.input
    extraInput = Double(variant.prefixTokens + variant.frameTokens)
    audioLaw = variant.audio
    let room = variant.maxTokens.map(Double.init) ?? .infinity
    visible = variant.output.moments(cappedAt: room, rounded: true)
    let free = variant.reasoning.moments(rounded: true)
    guard room < .infinity, free.first > 0 else {
      reasoning = free
      product = visible.first * free.first
      isCapApproximate = false
      return
    }
    var sum = PartialMoments()
    var product = 0.0
    for cell in Self.cells(of: variant.output, room: room) {
      let rest = variant.reasoning.moments(cappedAt: room - cell.value, rounded: true)
      sum = sum + rest.scaled(by: cell.mass)
      product += cell.mass * cell.value * rest.first
    }
    reasoning = sum
    self.product = product
    isCapApproximate = !variant.output.isConstant && sum.first < free.first * (1 - 1e-9)
  }

  /// Visible tokens cut into ranges, each at its mean.
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
  func input(from lower: Double, below upper: Double) -> PartialMoments {
    let s = extraInput
    return
      (inputLaw.moments(below: upper - s - 0.5, rounded: true)
      - inputLaw.moments(below: lower - s - 0.5, rounded: true)).shifted(by: s)
  }

  var meanInput: Double { input(from: -.infinity, below: .infinity).first }
  var meanOutput: Double { visible.first + reasoning.first }
  /// Seconds.
  var meanAudio: Double { audioLaw.mean }

  /// Mean and second moment of the billed seconds; silence has no minimum.
  func billedAudio(minimum: Double) -> PartialMoments {
    guard minimum > 0 else { return audioLaw.moments() }
    let silent = audioLaw.moments(below: 5e-7)
    let short = audioLaw.moments(below: minimum)
    return audioLaw.moments() - short
      + .point(minimum, mass: short.mass - silent.mass) + .point(0, mass: silent.mass)
  }
}
