import CostModel
import Scenarios
import Support

/// Inputs of a scenario as people name them, and their values as people read them.
package enum InputWords {
  /// Levels of the file that say nothing to people.
  private static let structure: Set = [
    "mix", "calls", "call", "rounds", "tools", "classes", "stages", "variants",
  ]

  /// `output of fan-messages, personal`, `output price of deepseek-v3`, `number of users`.
  package static func label(_ input: ScenarioInput) -> String {
    if input.isUsers { return "number of users" }
    guard input.path.count > 1 else { return words(input.path[0]) }
    var names = names(input.path)
    var last = input.path.last ?? ""
    if last == "**" { return all(of: input.path) }
    // The mean of an output is the output; its cv is not.
    if last == "mean" { last = names.popLast() ?? last }
    if last == "cv", let what = names.popLast() { last = "spread (cv) of " + what }
    switch input.path[0] {
    case "workloads", "experiments":
      if last == "share", let own = names.popLast() {
        return "share of \(own) in " + names.joined(separator: ", ")
      }
      return of(last, names)
    case "prices": return of(last + " price", names)
    case "models": return of(last, names)
    case "quotas": return of(last + " quota", names)
    case "budget" where input.path.count == 2 && last == "amount": return "budget"
    default: return of(last, [words(input.path[0])] + names)
    }
  }

  /// Of inputs that are moved together.
  private static func all(of path: [String]) -> String {
    switch path[0] {
    case "prices": of("prices", names(path))
    case "models": of("provider figures", names(path))
    case "quotas": of("quotas", names(path))
    default: of("stages", names(path))
    }
  }

  private static func of(_ what: String, _ names: [String]) -> String {
    words(what) + (names.isEmpty ? "" : " of " + names.joined(separator: ", "))
  }

  /// What lies between a path's ends, as far as it says something.
  private static func names(_ path: [String]) -> [String] {
    var names: [String] = []
    for (index, key) in path.enumerated().dropFirst().dropLast()
    where !structure.contains(key) {
      if Int(key) != nil {
        let what = path[index - 1] == "stages" ? "stage" : path[index - 1] == "mix" ? "kind" : "no."
        names.append("\(what) \((Int(key) ?? 0) + 1)")
      } else {
        names.append(key)
      }
    }
    return names
  }

  private static func words(_ key: String) -> String { key.replacing("_", with: " ") }

  /// `80 %`, `1,248`, `5 min`, `$1,000.00`, `$1.14 per 1M tokens`.
  package static func value(_ value: Double, of kind: InputKind) -> String {
    switch kind {
    case .count: return HumanFormat.grouped(DecimalText.real(value, places: 0) ?? "–")
    case .number: return number(value)
    case .share: return number(value * 100) + " %"
    case .duration:
      return HumanFormat.duration(SimDuration(microseconds: Int64((value * 1e6).rounded())))
    case .money: return HumanFormat.usd(value)
    case .price(let per): return price(value) + " per " + per
    }
  }

  /// The same to the last digit.
  package static func exact(_ value: Double, of kind: InputKind) -> String {
    switch kind {
    case .count: return self.value(value, of: kind)
    case .number: return number(value, digits: 12)
    case .share: return number(value * 100, digits: 12) + " %"
    case .duration:
      let micros = SimDuration(microseconds: Int64((value * 1e6).rounded()))
      return HumanFormat.exactDuration(micros)
    case .money: return price(value, digits: 12)
    case .price(let per): return price(value, digits: 12) + " per " + per
    }
  }

  /// For charts: without what a price is for.
  package static func short(_ value: Double, of kind: InputKind) -> String {
    if case .price = kind { return price(value) }
    return self.value(value, of: kind)
  }

  /// Four significant digits, but cents come in pairs.
  private static func price(_ value: Double, digits: Int = 4) -> String {
    let text = number(value, digits: digits)
    return "$" + (text.split(separator: ".").dropFirst().first?.count == 1 ? text + "0" : text)
  }

  /// So many significant digits, whole numbers whole.
  private static func number(_ value: Double, digits: Int = 4) -> String {
    var places = digits - 1
    var limit = 10.0
    while places > 0, value.magnitude >= limit {
      places -= 1
      limit *= 10
    }
    limit = 1
    while places < digits + 5, value != 0, value.magnitude < limit {
      places += 1
      limit /= 10
    }
    return HumanFormat.grouped(
      DecimalText.trimmed(DecimalText.real(value, places: places) ?? "–"))
  }

  /// `200 to 800, most likely 300`.
  package static func law(_ law: InputLaw, of kind: InputKind) -> String {
    func text(_ value: Double) -> String { self.value(value, of: kind) }
    switch law {
    case .triangular(let low, let likely, let high):
      return "\(text(low)) to \(text(high)), most likely \(text(likely))"
    case .uniform(let low, let high): return "\(text(low)) to \(text(high))"
    case .normal(let mean, let sd): return "\(text(mean)) ± \(text(sd)) (normal)"
    case .lognormal(let mean, let cv):
      return "\(text(mean)) give or take \(HumanFormat.percent(cv)) (lognormal)"
    }
  }
}
