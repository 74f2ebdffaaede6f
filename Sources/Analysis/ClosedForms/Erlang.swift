/// Jobs that arrive at random and hold one of n places (A. K. Erlang, 1917). The load a is the
/// arrival rate × the mean duration.
package enum Erlang {
  /// Share of the jobs that find all places taken and are refused: B_n = a·B_{n−1}/(n + a·B_{n−1}).
  package static func blocked(load: Double, places: Int) -> Double {
    guard places > 0 else { return 1 }
    return (1...places).reduce(1.0) { b, n in load * b / (Double(n) + load * b) }
  }

  /// Share of the jobs that wait where nobody is refused; 1 from a load of n on.
  package static func waiting(load: Double, places: Int) -> Double {
    let n = Double(places)
    guard load < n else { return 1 }
    let b = blocked(load: load, places: places)
    return n * b / (n - load * (1 - b))
  }
}
