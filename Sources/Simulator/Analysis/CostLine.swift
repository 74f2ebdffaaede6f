/// The cost of a call, in dollars, as a linear function of its random sizes.
struct CostLine: Hashable, Sendable {
  var constant = 0.0
  /// Dollars a token.
  var perInput = 0.0
  var perVisible = 0.0
  var perReasoning = 0.0
  /// The audio's part; parts of several attempts belong to the same audio, so spreads add.
  var audioMean = 0.0
  var audioSpread = 0.0

  static func + (a: CostLine, b: CostLine) -> CostLine {
    CostLine(
      constant: a.constant + b.constant, perInput: a.perInput + b.perInput,
      perVisible: a.perVisible + b.perVisible, perReasoning: a.perReasoning + b.perReasoning,
      audioMean: a.audioMean + b.audioMean, audioSpread: a.audioSpread + b.audioSpread)
  }

  func scaled(by f: Double) -> CostLine {
    CostLine(
      constant: f * constant, perInput: f * perInput, perVisible: f * perVisible,
      perReasoning: f * perReasoning, audioMean: f * audioMean, audioSpread: f * audioSpread)
  }

  /// E C and E C² over the calls whose input lies in a range with those moments.
  func moments(input: PartialMoments, shape: CallShape) -> CostMoments {
    let answer = perVisible * shape.visible.first + perReasoning * shape.reasoning.first
    let answerSquared =
      perVisible * perVisible * shape.visible.second
      + perReasoning * perReasoning * shape.reasoning.second
      + 2 * perVisible * perReasoning * shape.product
    let mean = answer + audioMean
    let square =
      answerSquared + 2 * answer * audioMean + audioMean * audioMean + audioSpread * audioSpread
    let base = constant * input.mass + perInput * input.first
    let baseSquared =
      constant * constant * input.mass + 2 * constant * perInput * input.first
      + perInput * perInput * input.second
    return CostMoments(
      mean: base + input.mass * mean, square: baseSquared + 2 * base * mean + input.mass * square)
  }
}

/// E C and E C² of a random cost.
struct CostMoments: Hashable, Sendable {
  var mean = 0.0
  var square = 0.0

  var variance: Double { max(0, square - mean * mean) }

  static func + (a: CostMoments, b: CostMoments) -> CostMoments {
    CostMoments(mean: a.mean + b.mean, square: a.square + b.square)
  }

  /// Mixed in with that probability.
  func scaled(by p: Double) -> CostMoments { CostMoments(mean: p * mean, square: p * square) }

  /// The sum of two independent costs.
  func adding(_ b: CostMoments) -> CostMoments {
    CostMoments(mean: mean + b.mean, square: square + 2 * mean * b.mean + b.square)
  }
}
