import CostModel

extension Variant {
  /// What a call may be billed for on any model.
  var dimensions: [BillingDimension] {
    var result: [BillingDimension] = []
    if input.isAboveZero || prefixTokens > 0 { result.append(.inputTokens) }
    if frameTokens > 0 { result.append(.inputImageTokens) }
    if images > 0 { result.append(.images) }
    if output.isAboveZero { result.append(.outputTokens) }
    if reasoning.isAboveZero { result.append(.reasoningTokens) }
    if audio.isAboveZero { result.append(.audioSeconds) }
    return result
  }
}

extension Distribution {
  /// Whether anything but 0 can be drawn.
  fileprivate var isAboveZero: Bool {
    switch self {
    case .fixed(let value): value > 0
    case .uniform(_, let high): high > 0
    case .lognormal: true
    case .histogram(let bins): bins.contains { $0.high > 0 && $0.weight > 0 }
    }
  }
}
