import CostModel

/// What may be told of an answer (docs/semantics.md, "Quality").
enum QualityMetric: Int, CaseIterable, Sendable {
  case satisfaction, conversion, sent, engagement, responseTime, hallucination, inappropriate
  case technicalError

  /// As alerts and thresholds call it.
  var name: String {
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

  /// Whether it is drawn with the answer, for alerts and experiments too, and not for quality.csv alone.
  var isOpinion: Bool { self == .satisfaction || self == .conversion }

  /// How many of what is counted make one of what is told: response times are counted in microseconds
  /// and told in milliseconds, engagement is counted in millionths; of the others each answer counts
  /// 0 or 1.
  var scale: Double {
    switch self {
    case .engagement: 1_000_000
    case .responseTime: 1_000
    default: 1
    }
  }
}

/// What is told of one answer: by metric, 0 or 1, millionths or microseconds; negative: nothing.
struct QualityValues: Sendable, BitwiseCopyable {
  fileprivate(set) var all = SIMD8<Int64>(repeating: -1)

  @inline(__always)
  subscript(metric: QualityMetric) -> Int64 {
    get { all[metric.rawValue] }
    set { all[metric.rawValue] = newValue }
  }
}

/// Answers of which something is told, and what that adds up to.
struct QualityCounts: Sendable {
  var calls: Int64 = 0
  var failed: Int64 = 0
  /// Answers that are messages: of which it is told whether they were sent, or whether they sold.
  var messages: Int64 = 0
  private var samples = SIMD8<Int64>.zero
  private var sums = SIMD8<Int64>.zero

  @inline(__always)
  mutating func add(_ values: QualityValues, isFailed: Bool) {
    calls &+= 1
    failed &+= isFailed ? 1 : 0
    messages &+= max(values[.sent], values[.conversion]) >= 0 ? 1 : 0
    let isTold = values.all .>= 0
    samples &+= SIMD8<Int64>.zero.replacing(with: 1, where: isTold)
    sums &+= SIMD8<Int64>.zero.replacing(with: values.all, where: isTold)
  }

  static func += (a: inout QualityCounts, b: QualityCounts) { a.add(b, times: 1) }

  mutating func add(_ other: QualityCounts, times sign: Int64) {
    calls += sign * other.calls
    failed += sign * other.failed
    messages += sign * other.messages
    samples &+= sign &* other.samples
    sums &+= sign &* other.sums
  }

  func samples(_ metric: QualityMetric) -> Int64 { samples[metric.rawValue] }
  func sum(_ metric: QualityMetric) -> Int64 { sums[metric.rawValue] }

  /// Whether anything is told at all.
  var isTold: Bool { samples != .zero }

  /// The share or mean; nil where nothing is told.
  func mean(_ metric: QualityMetric) -> Double? {
    samples(metric) > 0
      ? Double(sum(metric)) / Double(samples(metric)) / metric.scale : nil
  }
}

/// What a log tells of the quality of one request's answer, as small as it can be.
struct LoggedQuality: Sendable, BitwiseCopyable {
  /// 1 for good, 0 for bad, −2 for neither; −1: not told.
  var feedback: Int8 = -1
  var sent: Int8 = -1
  var converted: Int8 = -1
  var hallucination: Int8 = -1
  var inappropriate: Int8 = -1
  var technicalError: Int8 = -1
  /// Millionths.
  var engagement: Int32 = -1
  /// Microseconds.
  var responseTime: Int64 = -1

  var values: QualityValues {
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
