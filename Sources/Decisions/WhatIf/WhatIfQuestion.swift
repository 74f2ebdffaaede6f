import Analysis
import CostModel
import Scenarios
import Support

/// A plain question about a scenario, and the override that it stands for.
package struct WhatIfQuestion: Sendable {
  /// As it was asked.
  package let text: String
  package let overrides: [String]

  /// What can be asked, each with an example.
  package static let forms = [
    "users=1000", "model A -> B", "model A -> B for WORKLOAD", "10x the traffic",
    "10x on the busiest day", "10x in the busiest hour", "prices +10%", "prices of MODEL -20%",
    "PATH=VALUE, as --override takes it",
  ]

  /// Throws `BadInput` where it is none of the forms, or names what the scenario does not have.
  package init(_ text: String, _ scenario: Scenario) throws {
    self.text = text
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    let reader = Reader(text: text, words: words, scenario: scenario)
    guard let override = try reader.swap() ?? reader.prices() ?? reader.traffic() ?? reader.value()
    else {
      throw BadInput(
        message:
          "'\(PlainEnglish.visible(text))': error: not a question that is understood, expected "
          + "one of:\n" + Self.forms.map { "  \($0)" }.joined(separator: "\n"))
    }
    overrides = [override]
  }
}

private struct Reader {
  let text: String
  let words: [String]
  let scenario: Scenario

  /// `model A -> B`, of all calls or those of one use case.
  func swap() throws -> String? {
    guard words.count == 4 || words.count == 6, words[0] == "model",
      ["->", "→"].contains(words[2]),
      words.count == 4 || words[4] == "for"
    else { return nil }
    let from = try one(words[1], "model", among: scenario.catalog.models.map(\.name))
    let to = try one(words[3], "model", among: scenario.catalog.models.map(\.name))
    var fields = "model: \(QuotedText.quoted(from)), by: \(QuotedText.quoted(to))"
    if words.count == 6 {
      fields += ", use_case: \(QuotedText.quoted(try useCase(words[5])))"
    }
    return "swaps.+={\(fields)}"
  }

  /// A workload may be called by its own name, too.
  private func useCase(_ word: String) throws -> String {
    if let workload = scenario.workloads.first(where: { $0.name == word }) {
      return workload.useCase
    }
    return try one(word, "use case", among: scenario.workloads.map(\.useCase))
  }

  /// `prices +10%`, of all models or one.
  func prices() throws -> String? {
    guard words.first == "prices", words.count == 2 || (words.count == 4 && words[1] == "of"),
      let last = words.last, let sign = last.first, "+-".contains(sign),
      let share = try? Quantity.share(String(last.dropFirst()))
    else { return nil }
    let change = sign == "+" ? share.double : -share.double
    guard change > -1 else { return nil }
    var fields = "factor: \(DecimalText.trimmed(DecimalText.real(1 + change, places: 6) ?? ""))"
    if words.count == 4 {
      let model = try one(words[2], "model", among: scenario.catalog.models.map(\.name))
      fields += ", models: [\(QuotedText.quoted(model))]"
    }
    return "price_changes.+={\(fields)}"
  }

  /// `10x`, of all calls or those of the time with most of them.
  func traffic() -> String? {
    guard let first = words.first, let sign = first.last, "x×".contains(sign),
      let factor = ExactDecimal(String(first.dropLast())), factor.double >= 0
    else { return nil }
    switch words.dropFirst().joined(separator: " ") {
    case "", "the traffic", "traffic":
      return "workloads.*.volume*=\(Self.text(factor))"
    case "on the busiest day": return surge(factor, from: { $0.day(lasting: .day) }, "24h")
    case "in the busiest hour": return surge(factor, from: { $0.hour(lasting: .hour) }, "1h")
    default: return nil
    }
  }

  private static func text(_ factor: ExactDecimal) -> String {
    DecimalText.trimmed(DecimalText.real(factor.double, places: 6) ?? "")
  }

  private func surge(
    _ factor: ExactDecimal, from: (BusiestTime) -> SimTime, _ length: String
  ) -> String? {
    guard let plan = scenario.plans.first else { return nil }
    let start = from(BusiestTime(scenario: scenario, plan: plan))
    return
      "traffic.surges.+={from: \(start.description), for: \(length), factor: \(Self.text(factor))}"
  }

  /// `users=1000` is a plan; all else is an override as it is.
  func value() -> String? {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else { return nil }
    let path = text[..<equals].trimmingPrefix(while: \.isWhitespace)
    let value = text[text.index(after: equals)...]
    if path.split(whereSeparator: \.isWhitespace) == ["users"] { return "plans=[\(value)]" }
    return path.contains(where: \.isWhitespace) ? nil : text
  }

  /// The name that is meant by itself or by a part of it that no other has.
  private func one(_ word: String, _ kind: String, among names: [String]) throws -> String {
    if names.contains(word) { return word }
    let found = Set(names.filter { $0.contains(word) }).sorted()
    guard found.count == 1 else {
      let list = (found.isEmpty ? Set(names).sorted() : found).prefix(20)
      throw BadInput(
        message: "'\(PlainEnglish.visible(text))': error: "
          + "\(found.isEmpty ? "unknown" : "more than one") \(kind) '\(PlainEnglish.visible(word))'\n"
          + "\(found.isEmpty ? "known" : "it may be"): "
          + list.map(PlainEnglish.visible).joined(separator: ", "))
    }
    return found[0]
  }
}

/// What a plan costs, and what it would cost under a question's override.
package struct WhatIfAnswer: Sendable {
  package let question: WhatIfQuestion
  package let now: Assessment
  package let then: Assessment

  /// By question, of the scenario's first plan.
  package static func answers(
    to questions: [WhatIfQuestion], by assessor: Assessor
  ) throws -> [WhatIfAnswer] {
    let variants =
      [Assessor.Variant()]
      + questions.enumerated().map { place, question in
        Assessor.Variant(overrides: question.overrides, source: "question \(place + 1)")
      }
    let plans = try assessor.assess(variants).map { $0[0] }
    return zip(questions, plans.dropFirst()).map {
      WhatIfAnswer(question: $0, now: plans[0], then: $1)
    }
  }
}
