import CostModel
import Scenarios
import Support

/// Inputs of a scenario as people name them, and their values as people read them.
package enum InputWords {
  /// Levels of the file that say nothing to people.
  private static let structure: Set = [
    "mix", "calls", "call", "rounds", "tools", "classes", "stages", "variants", "conversation",
    "agents",
  ]

  /// Parts of the file whose own keys are names that an author or a provider gives, whatever they are.
  private static let ofAuthors: Set = ["workloads", "experiments", "prices", "models", "quotas"]

  /// What numbers of a law are, of the quantity that it is the law of.
  private static let ofLaws = [
    "cv": "spread (cv) of ", "cap": "cap on ", "factor": "factor on ",
  ]

  /// Of what conversations state, whose keys say too little alone; where a key means two things with the
  /// key in front of it (`InputWordsTests` names what is missing).
  private static let ofConversations = [
    "prefix": "tokens of tools and system prompt",
    "prefix.tokens": "tokens of tools and system prompt",
    "turns": "turns of a conversation", "turns.continue": "chance of another turn",
    "abandon": "chance that a user leaves", "user": "tokens of a user's message",
    "answer": "tokens of an answer", "reasoning": "thinking tokens of a call",
    "think": "time to a user's next message",
    "steps": "tool steps of a turn", "steps.continue": "chance of another tool step",
    "tools.parallel": "tool calls of a step", "call": "tokens of a tool step",
    "tools.result": "tokens of a tool's result", "time": "time that a tool takes",
    "chance": "chance that a step starts sub-agents", "agents.parallel": "sub-agents at once",
    "agents.result": "tokens that a sub-agent brings back",
    "at": "size from which a context is full", "to": "tokens that a full context is cut to",
    "instruction": "tokens that ask for a summary", "keep": "turns kept behind a summary",
  ]

  /// What a number of a conversation is called: `tokens of a user's message in chat`; nil: it is none, or
  /// is called by its key.
  private static func ofConversation(_ path: [String]) -> String? {
    guard let start = path.dropFirst(2).firstIndex(of: "conversation"), path[0] == "workloads",
      let last = path.last
    else { return nil }
    let stated = last == "mean" || ofLaws[last] != nil ? path.dropLast() : path[...]
    // The name of a sub-agent stands between `agents` and its keys.
    let above = stated.dropLast()
    let owner = above.dropLast().last == "agents" ? "agents" : above.last ?? ""
    let key = stated.last ?? ""
    guard let words = ofConversations["\(owner).\(key)"] ?? ofConversations[key] else { return nil }
    let agents = zip(above, above.dropFirst()).filter { $0.0 == "agents" }.map(\.1)
    let whose = (names(Array(path[...start])) + agents).joined(separator: ", ")
    return (ofLaws[last] ?? "") + words + " in " + whose
  }

  /// `output of fan-messages, personal`, `output price of deepseek-v3`, `number of users`.
  package static func label(_ input: ScenarioInput) -> String {
    if input.isUsers { return "number of users" }
    guard input.path.count > 1 else { return words(input.path[0]) }
    if let words = ofConversation(input.path) { return words }
    var names = names(input.path)
    var last = input.path.last ?? ""
    if last == "**" { return all(of: input.path) }
    // The mean of an output is the output; its cv is not.
    if last == "mean" { last = names.popLast() ?? last }
    if let prefix = ofLaws[last], last == "cv" || input.path.count > 3, let what = names.popLast() {
      last = prefix + what
    }
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
    where !structure.contains(key) || (index == 1 && ofAuthors.contains(path[0])) {
      if Int(key) != nil {
        let what = path[index - 1] == "stages" ? "stage" : path[index - 1] == "mix" ? "kind" : "no."
        names.append("\(what) \((Int(key) ?? 0) + 1)")
      } else {
        names.append(key)
      }
    }
    return names
  }

  private static func words(_ key: String) -> String {
    plain[key] ?? key.replacing("_", with: " ")
  }

  /// Keys that are no words.
  private static let plain = [
    "ttl": "time to live", "zipf": "skew (zipf)", "pool": "number (pool)",
    "jitter": "random part of a wait",
  ]

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
