import Scenarios

/// The cost of a call, in dollars, as a linear function of its random sizes.
package struct CostLine: Hashable, Sendable {
  package var constant = 0.0
  /// Dollars a token.
  package var perInput = 0.0
  package var perVisible = 0.0
  package var perReasoning = 0.0
  /// The part of audio and of meters; parts of several attempts belong to the same audio, so spreads
  /// add.
  package var audioMean = 0.0
  package var audioSpread = 0.0
  /// The deviation of parts that are cheaper than what they are billed in place of; their mean is in
  /// the constant.
  package var savedSpread = 0.0

  /// Adds a quantity that is independent of all tokens and so far of all audio.
  /// - Parameter each: Dollars a unit; negative where the quantity is cheaper than what it is billed
  ///   in place of.
  package mutating func add(_ quantity: PartialMoments, each: Double) {
    let variance = max(0, quantity.second - quantity.first * quantity.first) * each * each
    // What is always the same, but for rounding, has no spread.
    let isFixed = variance <= 1e-18 * each * each * quantity.second
    if isFixed || each < 0 {
      constant += each * quantity.first
    } else {
      audioMean += each * quantity.first
    }
    if isFixed { return }
    if each < 0 {
      savedSpread = (savedSpread * savedSpread + variance).squareRoot()
    } else {
      audioSpread = (audioSpread * audioSpread + variance).squareRoot()
    }
  }

  /// With what is billed beside it, whatever its sizes.
  package func adding(_ costs: [CostMoments]) -> CostLine {
    costs.reduce(into: self) { line, cost in
      line.add(PartialMoments(first: cost.mean, second: cost.square), each: 1)
    }
  }

  package static func + (a: CostLine, b: CostLine) -> CostLine {
    CostLine(
      constant: a.constant + b.constant, perInput: a.perInput + b.perInput,
      perVisible: a.perVisible + b.perVisible, perReasoning: a.perReasoning + b.perReasoning,
      audioMean: a.audioMean + b.audioMean, audioSpread: a.audioSpread + b.audioSpread,
      savedSpread: a.savedSpread + b.savedSpread)
  }

  package func scaled(by f: Double) -> CostLine {
    CostLine(
      constant: f * constant, perInput: f * perInput, perVisible: f * perVisible,
      perReasoning: f * perReasoning, audioMean: f * audioMean, audioSpread: f * audioSpread,
      savedSpread: f * savedSpread)
  }

  /// E C, E C² and E C³ over the calls whose input lies in a range with those moments.
  package func moments(input: PartialMoments, shape: CallShape) -> CostMoments {
    let answer = perVisible * shape.visible.first + perReasoning * shape.reasoning.first
    let answerSquared =
      perVisible * perVisible * shape.visible.second
      + perReasoning * perReasoning * shape.reasoning.second
      + 2 * perVisible * perReasoning * shape.product
    let mean = answer + audioMean
    let square =
      answerSquared + 2 * answer * audioMean + audioMean * audioMean + audioSpread * audioSpread
      + savedSpread * savedSpread
    let base = constant * input.mass + perInput * input.first
    let baseSquared =
      constant * constant * input.mass + 2 * constant * perInput * input.first
      + perInput * perInput * input.second
    let (a, b) = (constant, perInput)
    let baseCubed =
      a * a * a * input.mass + 3 * a * a * b * input.first + 3 * a * b * b * input.second
      + b * b * b * input.third
    return CostMoments(
      mean: base + input.mass * mean, square: baseSquared + 2 * base * mean + input.mass * square,
      cube: baseCubed + 3 * baseSquared * mean + 3 * base * square
        + input.mass * cube(mean: mean, square: square, shape: shape))
  }

  /// E Y³ of the answer and the audio, visible and reasoning tokens taken as independent, the audio
  /// as a gamma distribution.
  private func cube(mean: Double, square: Double, shape: CallShape) -> Double {
    func third(_ x: PartialMoments) -> Double {
      x.third - 3 * x.first * x.second + 2 * x.first * x.first * x.first
    }
    let spread = audioSpread * audioSpread
    let central =
      perVisible * perVisible * perVisible * third(shape.visible)
      + perReasoning * perReasoning * perReasoning * third(shape.reasoning)
      + (audioMean > 0 ? 2 * spread * spread / audioMean : 0)
    return central + 3 * mean * square - 2 * mean * mean * mean
  }
}

/// E C, E C² and E C³ of a random cost.
package struct CostMoments: Hashable, Sendable {
  package var mean = 0.0
  package var square = 0.0
  package var cube = 0.0

  package init() {}

  package init(mean: Double, square: Double = 0.0, cube: Double = 0.0) {
    self.mean = mean
    self.square = square
    self.cube = cube
  }

  package var variance: Double { max(0, square - mean * mean) }
  /// E (C − E C)³.
  package var third: Double { cube - 3 * mean * square + 2 * mean * mean * mean }

  package static func + (a: CostMoments, b: CostMoments) -> CostMoments {
    CostMoments(mean: a.mean + b.mean, square: a.square + b.square, cube: a.cube + b.cube)
  }

  /// Mixed in with that probability.
  package func scaled(by p: Double) -> CostMoments {
    CostMoments(mean: p * mean, square: p * square, cube: p * cube)
  }

  /// The sum of two independent costs.
  package func adding(_ b: CostMoments) -> CostMoments {
    CostMoments(
      mean: mean + b.mean, square: square + 2 * mean * b.mean + b.square,
      cube: cube + 3 * square * b.mean + 3 * mean * b.square + b.cube)
  }
}
