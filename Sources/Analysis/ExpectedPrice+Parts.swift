import CostModel
import Scenarios

extension ExpectedPrice {
  /// What an attempt is billed for at one price: so many units, each of which may come with what is drawn.
  package struct Part {
    package var dimension: BillingDimension
    /// Dollars a unit: of time a second.
    package var price: Double
    /// Units of every attempt.
    package var constant = 0.0
    /// Units a token of the input, of the answer, and of thinking.
    package var perInput = 0.0
    package var perVisible = 0.0
    package var perReasoning = 0.0

    /// Units of the attempts whose input lies in a range with those moments.
    package func units(input: PartialMoments, shape: CallShape) -> Double {
      constant * input.mass + perInput * input.first
        + input.mass * (perVisible * shape.visible.first + perReasoning * shape.reasoning.first)
    }
  }

  /// The mean of `line`, price by price.
  package func parts(
    input: Double, cached: Double, written: Double = 0, writtenLong: Double = 0, answered: Bool,
    shape: CallShape
  ) -> [Part] {
    var parts: [Part] = []
    func add(_ dimension: BillingDimension, _ units: Double, factor: Double = 1) {
      let price = factor * (price(dimension, input: input) ?? 0)
      parts.append(Part(dimension: dimension, price: price, constant: units))
    }
    let frames = Double(variant.frameTokens)
    add(.inputTokens, -frames - cached - written - writtenLong)
    add(.cacheReadTokens, cached)
    add(.cacheWriteTokens, written)
    add(.cacheWriteLongTokens, writtenLong)
    add(.inputImageTokens, frames)
    add(.calls, 1)
    add(.audioSeconds, shape.billedAudio(sheet).first, factor: 1e6)
    // What the sizes that are drawn are billed as.
    var text = (input: BillingDimension.inputTokens, output: BillingDimension.outputTokens)
    for (meter, law) in variant.statedMeters where answered || meter.whole != .output {
      let own = meter.dimension
      switch meter.whole {
      case .input where variant.drawnWhole[.input] == meter:
        let rest = shape.extraInput + max(0, variant.input.mean - law.mean)
        add(text.input, rest)
        add(own, -rest)
        text.input = own
      case .output where variant.drawnWhole[.output] == meter: text.output = own
      case .input:
        let units = law.billed(rounded: true).first
        add(own, units)
        add(text.input, -units)
      case .output:
        let units = law.billed(rounded: true).first
        add(own, units)
        add(text.output, -units)
      case nil where meter == .documents && sheet.searchDocuments > 0:
        let size = Double(sheet.searchDocuments)
        add(.searches, law.billed(step: size, rounded: true).first / size)
      case nil where meter == .video:
        add(own, law.billed(step: sheet.videoStep.seconds).first, factor: 1e6)
      case nil: add(own, law.billed(rounded: true).first)
      }
    }
    func addDrawn(_ dimension: BillingDimension, _ units: WritableKeyPath<Part, Double>) {
      var part = Part(dimension: dimension, price: price(dimension, input: input) ?? 0)
      part[keyPath: units] = 1
      parts.append(part)
    }
    addDrawn(text.input, \.perInput)
    if answered {
      addDrawn(text.output, \.perVisible)
      addDrawn(.reasoningTokens, \.perReasoning)
    }
    return parts.filter { $0.price != 0 }
  }
}
