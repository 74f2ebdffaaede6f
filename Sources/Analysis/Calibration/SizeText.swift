import Scenarios
import Support

/// A fitted distribution as YAML.
package struct SizeText {
  package enum Unit { case tokens, time }

  package let fit: SizeFit
  package let unit: Unit
  /// What was seen so often.
  package var noun = "call"

  /// The comment, and the value under its key.
  package func write(key: String, indent: Int, to yaml: inout YAMLText) {
    yaml.comment(comment, indent: indent)
    if fit.bins.count == 1, fit.bins[0].low == fit.bins[0].high {
      yaml.line("\(key): \(value(fit.bins[0].low))", indent: indent)
      return
    }
    yaml.line("\(key):", indent: indent)
    yaml.flow(
      "histogram", fit.bins.map { "\(span($0)): \(YAMLText.number($0.weight, digits: 9))" },
      brackets: ("{", "}"), indent: indent + 2)
    if let factor = fit.factor {
      yaml.line("factor: " + factor.number(digits: 1), indent: indent + 2)
    }
  }

  private var comment: String {
    var text = CalibrationText.count(fit.count, noun) + ", "
    text +=
      fit.low == fit.high
      ? "all " + plain(Double(fit.low))
      : "\(plain(Double(fit.low))) to \(plain(Double(fit.high))), mean \(plain(fit.mean))"
    if let law = fit.lognormal {
      text +=
        "; as a lognormal {mean: \(plain(law.mean)), cv: \(YAMLText.number(law.cv, digits: 3))}, "
        + "KS distance \(YAMLText.number(law.distance, digits: 2))"
    }
    return text
  }

  private func span(_ bin: Distribution.Bin) -> String {
    bin.low == bin.high ? value(bin.low) : value(bin.low) + ".." + value(bin.high)
  }

  private func value(_ x: Double) -> String {
    let whole = String(Int64(x))
    guard unit == .time else { return whole }
    return Int64(x) % 1_000 == 0 ? String(Int64(x) / 1_000) + "ms" : whole + "us"
  }

  /// For people.
  private func plain(_ x: Double) -> String {
    unit == .tokens ? YAMLText.number(x, digits: 6) : YAMLText.number(x / 1000, digits: 5) + "ms"
  }
}
