import CostModel

/// What may be told of an answer (docs/semantics.md, "Quality").
package enum QualityMetric: Int, CaseIterable, Sendable {
  case satisfaction, conversion, sent, engagement, responseTime, hallucination, inappropriate
  case technicalError

  /// As alerts and thresholds call it.
  package var name: String {
    switch self {
    case .satisfaction: "satisfaction"
    case .conversion: "conversion"
    case .sent: "sent"
    case .engagement: "engagement"
    case .responseTime: "response_time"
    case .hallucination: "hallucination"
    case .inappropriate: "inappropriate"
    case .technicalError: "technical_error"
    }
  }

  package var inWords: String {
    switch self {
    case .satisfaction: "satisfaction"
    case .conversion: "conversion"
    case .sent: "share of answers sent"
    case .engagement: "engagement"
    case .responseTime: "mean response time"
    case .hallucination: "share of hallucinations"
    case .inappropriate: "share of inappropriate answers"
    case .technicalError: "share of technical errors"
    }
  }

  /// Whether it is a time instead of a share.
  package var isDuration: Bool { self == .responseTime }

  /// Whether it is better the lower it is.
  package var isFlaw: Bool {
    self == .hallucination || self == .inappropriate || self == .technicalError
  }

  /// Whether it is drawn with the answer, for alerts and experiments too, and not for quality.csv alone.
  package var isOpinion: Bool { self == .satisfaction || self == .conversion }

  /// How many of what is counted make one of what is told: response times are counted in microseconds
  /// and told in milliseconds, engagement is counted in millionths; of the others each answer counts
  /// 0 or 1.
  package var scale: Double {
    switch self {
    case .engagement: 1_000_000
    case .responseTime: 1_000
    default: 1
    }
  }
}

/// What is told of one answer: by metric, 0 or 1, millionths or microseconds; negative: nothing.
package struct QualityValues: Sendable, BitwiseCopyable {

  package init() {
  }
  package fileprivate(set) var all = SIMD8<Int64>(repeating: -1)

  @inline(__always)
  package subscript(metric: QualityMetric) -> Int64 {
    get { all[metric.rawValue] }
    set { all[metric.rawValue] = newValue }
  }
}

/// Answers of which something is told, and what that adds up to.
package struct QualityCounts: Sendable {
  package var calls: Int64 = 0
  package var failed: Int64 = 0
  /// Messages: those that answers were for of which it is told whether they were sent, or whether they
  /// sold.
  package private(set) var messages = Messages()
  private var samples = SIMD8<Int64>.zero
  private var sums = SIMD8<Int64>.zero

  package init(
    calls: Int64 = 0, failed: Int64 = 0, samples: SIMD8<Int64> = SIMD8<Int64>.zero,
    sums: SIMD8<Int64> = SIMD8<Int64>.zero
  ) {
    self.calls = calls
    self.failed = failed
    self.samples = samples
    self.sums = sums
  }

  /// Messages of answers, all those of one answer alike.
  package struct Messages: Sendable {
    package fileprivate(set) var generated: Int64 = 0
    package fileprivate(set) var sent: Int64 = 0
    package fileprivate(set) var converted: Int64 = 0
  }

  /// All that adds up, always in the same order.
  package var numbers: [Int64] {
    get {
      [calls, failed, messages.generated, messages.sent, messages.converted]
        + samples.indices.map { samples[$0] } + sums.indices.map { sums[$0] }
    }
    set {
      guard newValue.count == 5 + samples.scalarCount + sums.scalarCount else { return }
      (calls, failed) = (newValue[0], newValue[1])
      (messages.generated, messages.sent, messages.converted) = (
        newValue[2], newValue[3], newValue[4]
      )
      for place in samples.indices { samples[place] = newValue[5 + place] }
      for place in sums.indices { sums[place] = newValue[5 + samples.scalarCount + place] }
    }
  }

  @inline(__always)
  package mutating func add(_ values: QualityValues, isFailed: Bool, msgs: Int64 = 1) {
    calls &+= 1
    failed &+= isFailed ? 1 : 0
    messages.generated &+= max(values[.sent], values[.conversion]) >= 0 ? msgs : 0
    messages.sent &+= values[.sent] > 0 ? msgs : 0
    messages.converted &+= values[.conversion] > 0 ? msgs : 0
    let isTold = values.all .>= 0
    samples &+= SIMD8<Int64>.zero.replacing(with: 1, where: isTold)
    sums &+= SIMD8<Int64>.zero.replacing(with: values.all, where: isTold)
  }

  package static func += (a: inout QualityCounts, b: QualityCounts) { a.add(b, times: 1) }

  package mutating func add(_ other: QualityCounts, times sign: Int64) {
    calls += sign * other.calls
    failed += sign * other.failed
    messages.generated += sign * other.messages.generated
    messages.sent += sign * other.messages.sent
    messages.converted += sign * other.messages.converted
    samples &+= sign &* other.samples
    sums &+= sign &* other.sums
  }

  package func samples(_ metric: QualityMetric) -> Int64 { samples[metric.rawValue] }
  package func sum(_ metric: QualityMetric) -> Int64 { sums[metric.rawValue] }

  /// Whether anything is told at all.
  package var isTold: Bool { samples != .zero }

  /// The share or mean; nil where nothing is told.
  package func mean(_ metric: QualityMetric) -> Double? {
    samples(metric) > 0
      ? Double(sum(metric)) / Double(samples(metric)) / metric.scale : nil
  }
}

/// What a log tells of the quality of one request's answer, as small as it can be.
package struct LoggedQuality: Sendable, BitwiseCopyable {
  /// 1 for good, 0 for bad, −2 for neither; −1: not told.
  package var feedback: Int8 = -1
  package var sent: Int8 = -1
  package var converted: Int8 = -1
  package var hallucination: Int8 = -1
  package var inappropriate: Int8 = -1
  package var technicalError: Int8 = -1
  /// Millionths.
  package var engagement: Int32 = -1
  /// Microseconds.
  package var responseTime: Int64 = -1

  package init(
    feedback: Int8 = -1, sent: Int8 = -1, converted: Int8 = -1, hallucination: Int8 = -1,
    inappropriate: Int8 = -1, technicalError: Int8 = -1, engagement: Int32 = -1,
    responseTime: Int64 = -1
  ) {
    self.feedback = feedback
    self.sent = sent
    self.converted = converted
    self.hallucination = hallucination
    self.inappropriate = inappropriate
    self.technicalError = technicalError
    self.engagement = engagement
    self.responseTime = responseTime
  }

  package var values: QualityValues {
    var values = QualityValues()
    values[.satisfaction] = Int64(max(-1, feedback))
    values[.conversion] = Int64(converted)
    values[.sent] = Int64(sent)
    values[.engagement] = Int64(engagement)
    values[.responseTime] = responseTime
    values[.hallucination] = Int64(hallucination)
    values[.inappropriate] = Int64(inappropriate)
    values[.technicalError] = Int64(technicalError)
    return values
  }
}
