import Decisions
import Support

/// What reports say where inputs are known only up to a range: bills that are compared with one
/// another are at the likely values, and this is what the ranges make of the first of them.
package enum RangesNote {
  /// - Parameters:
  ///   - ranges: how many inputs have one.
  ///   - over: the bill over them; nil where the closed form knows nothing of it, as of a budget that
  ///     acts.
  package static func sentence(
    ranges: Int, over: Assessment?, bills: String = "these bills are", emphasis: String = ""
  ) -> String? {
    guard ranges > 0 else { return nil }
    let start =
      "Mind that \(HumanFormat.plural(Int64(ranges), "input")) "
      + "\(ranges == 1 ? "is" : "are") known only up to a range, and that \(bills) at "
      + "\(ranges == 1 ? "its likely value" : "their likely values")"
    guard let over, over.isOverRanges else { return start + "." }
    return start + ": " + words(over, emphasis) + "."
  }

  /// The mean over the ranges, nine bills of ten, and the chance to break the budget.
  package static func words(_ over: Assessment, _ emphasis: String) -> String {
    var text =
      "over the ranges the expected bill is \(emphasis)\(HumanFormat.usd(over.cost))\(emphasis) "
      + "on average"
    if let band = over.percentiles {
      text +=
        ", nine such bills in ten lie between \(HumanFormat.usd(band.p05)) and "
        + HumanFormat.usd(band.p95)
    }
    if let chance = over.anyOverrun {
      text += ", and the budget breaks with a chance of \(HumanFormat.share(chance))"
    }
    return text
  }
}
