import Support

/// A linear axis from zero with round steps.
package struct ChartScale {
  /// Values of the marks, from zero to at least the largest value.
  package let ticks: [Double]

  package var top: Double { ticks[ticks.count - 1] }

  /// About five marks. A largest value of zero gives an axis to one.
  package init(largest: Double) {
    let largest = largest.isFinite && largest > 0 ? largest : 1
    var power = 1.0
    while power * 10 <= largest { power *= 10 }
    while power > largest { power /= 10 }
    let step = [0.2, 0.25, 0.5, 1, 2].map { $0 * power }.first { largest / $0 <= 6 } ?? power * 2
    var count = 1
    while Double(count) * step < largest { count += 1 }
    ticks = (0...count).map { Double($0) * step }
  }

  /// One mark in this many has a label, so that no two labels meet on an axis of so many pixels.
  package func labelStep(over pixels: Double) -> Int {
    let widest = ticks.map { SVG.width(of: label($0)) * 0.92 }.max() ?? 0
    let gap = pixels / Double(ticks.count - 1)
    return max(1, Int(((widest + 6) / max(1, gap)).rounded(.up)))
  }

  /// What stands at a mark: `$1,200`, `$0.05`.
  package func label(_ tick: Double) -> String {
    // Round steps have at most two digits: 0.25 needs one decimal more than its size says.
    var places = 0
    var unit = 1.0
    while places < 12, !Self.divides(unit, ticks[1]) {
      places += 1
      unit /= 10
    }
    // Cents come in pairs.
    if places == 1 { places = 2 }
    // A mark says all of its digits, however small it is.
    return "$" + HumanFormat.grouped(DecimalText.real(tick, places: places) ?? "–")
  }

  private static func divides(_ unit: Double, _ step: Double) -> Bool {
    let count = step / unit
    return count > 0.5 && (count - count.rounded()).magnitude < 1e-6
  }
}
