import CostModel

extension PlainEnglish {
  /// A nearest-rank percentile of a histogram as a duration, or `–` where the histogram is empty.
  static func percentile(_ histogram: LatencyHistogram, _ percent: Double) -> String {
    histogram.percentile(percent).map { duration(SimDuration(microseconds: $0)) } ?? "–"
  }
}
