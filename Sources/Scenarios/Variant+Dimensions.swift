import CostModel

extension Variant {
  /// What a call may be billed for on any model.
  package var dimensions: [BillingDimension] {
    var result: [BillingDimension] = []
    if input.isAboveZero || prefixTokens > 0 { result.append(.inputTokens) }
    if frameTokens > 0 { result.append(.inputImageTokens) }
    if output.isAboveZero { result.append(.outputTokens) }
    if reasoning.isAboveZero { result.append(.reasoningTokens) }
    if audio.isAboveZero { result.append(.audioSeconds) }
    for (meter, law) in statedMeters where law.isAboveZero && !result.contains(meter.dimension) {
      result.append(meter.dimension)
    }
    return result
  }
}

extension Distribution {
  /// Whether anything but 0 can be drawn.
  fileprivate var isAboveZero: Bool {
    switch self {
    case .fixed(let value): value > 0
    case .uniform(_, let high): high > 0
    case .lognormal(let mean, _, let cap): mean > 0 && cap != 0
    case .histogram(let bins): bins.contains { $0.high > 0 && $0.weight > 0 }
    }
  }
}

extension Variant {
  /// What the largest call uses whose sizes are stated: of a lognormal size without a cap, the mean.
  package var largestUsage: Usage {
    var usage = Usage()
    usage.inputTokens = input.largest + prefixTokens + frameTokens
    usage.inputImageTokens = frameTokens
    usage.reasoningTokens = reasoning.largest
    usage.outputTokens = output.largest + usage.reasoningTokens
    if let most = maxTokens, usage.outputTokens > most {
      usage.outputTokens = most
      usage.reasoningTokens = min(usage.reasoningTokens, most)
    }
    usage.audioMicroseconds = audio.scaled(by: 1e6).largest
    usage.calls = 1
    for (meter, law) in statedMeters {
      usage[meter.dimension] += law.scaled(by: meter.scale).largest
    }
    usage.cutParts()
    return usage
  }
}

extension Distribution {
  /// Cut to a whole number; of a lognormal law without a cap, the mean.
  fileprivate var largest: Int64 {
    let value =
      if case .lognormal(let mean, _, nil) = self { mean } else { largestValue }
    return Int64(min(max(0, value), 0x1p62))
  }

  /// No draw is above it; ∞ where there is no such value.
  package var largestValue: Double {
    switch self {
    case .fixed(let value): value
    case .uniform(_, let high): high
    case .lognormal(let mean, let cv, let cap): cap ?? (cv > 0 ? .infinity : mean)
    case .histogram(let bins): bins.map(\.high).max() ?? 0
    }
  }
}
