import CostModel
import Simulator
import Support

extension HumanFormat {
  /// A nearest-rank percentile of a histogram as a duration, or `–` where the histogram is empty.
  package static func percentile(_ histogram: LatencyHistogram, _ percent: Double) -> String {
    histogram.percentile(percent).map { duration(SimDuration(microseconds: $0)) } ?? "–"
  }
}
