import CostModel

/// Short for a moment of so many microseconds.
func at(_ microseconds: Int64) -> SimTime { SimTime(microseconds: microseconds) }

/// Short for a duration of so many microseconds.
func µs(_ microseconds: Int64) -> SimDuration { SimDuration(microseconds: microseconds) }

func seconds(_ seconds: Int64) -> SimDuration { SimDuration(microseconds: seconds * 1_000_000) }

extension SimTime {
  static let epoch = SimTime(microseconds: 0)
  static func + (t: SimTime, microseconds: Int64) -> SimTime { t + µs(microseconds) }
}
