import Analysis
import CostModel
import Scenarios
import Support

/// A plain question about a scenario, and the override that it stands for.
package struct WhatIfQuestion: Sendable {
  /// The question as it was asked.
  package let text: String
  package let overrides: [String]

  /// The questions that can be asked, each with an example.
  package static let forms = [
    "users=1000", "model A -> B", "model A -> B for WORKLOAD", "10x the traffic",
    "10x on the busiest day", "10x in the busiest hour", "prices +10%", "prices of MODEL -20%",
    "PATH=VALUE, as --override takes it",
  ]

  /// Throws `BadInput` where it is none of the forms, or names what the scenario does not have.
  package init(_ text: String, _ tree: ScenarioTree, _ scenario: Scenario) throws {
    self.text = text
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    let reader = Reader(text: text, words: words, tree: tree, scenario: scenario)
    guard
      let found = try reader.swap() ?? reader.prices() ?? reader.traffic() ?? reader.value()
    else {
      throw BadInput(
        message:
          "'\(HumanFormat.visible(text))': error: not a question that is understood, expected "
          + "one of:\n" + Self.forms.map { "  \($0)" }.joined(separator: "\n"))
    }
    overrides = found
  }
}

private struct Reader {
  let text: String
  let words: [String]
  let tree: ScenarioTree
  let scenario: Scenario

  /// `model A -> B`, of all calls or those of one use case.
  func swap() throws -> [String]? {
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
    return ["swaps.+={\(fields)}"]
  }

  /// A workload may be called by its own name, too, if its use case is its alone.
  private func useCase(_ word: String) throws -> String {
    guard let workload = scenario.workloads.first(where: { $0.name == word }),
      workload.useCase != word
    else { return try one(word, "use case", among: scenario.workloads.map(\.useCase)) }
    let others = scenario.workloads.filter {
      $0.useCase == workload.useCase && $0.name != word
    }
    guard others.isEmpty else {
      throw BadInput(
        message: "'\(HumanFormat.visible(text))': error: models are swapped by use case, and "
          + "\(HumanFormat.list(others.map { HumanFormat.visible($0.name) })) "
          + "\(others.count == 1 ? "has" : "have") that of '\(HumanFormat.visible(word))', too\n"
          + "ask 'for \(HumanFormat.visible(workload.useCase))' if all are meant")
    }
    return workload.useCase
  }

  /// `prices +10%`, of all models or one.
  func prices() throws -> [String]? {
    guard words.first == "prices", words.count == 2 || (words.count == 4 && words[1] == "of"),
      let last = words.last, let sign = last.first, "+-".contains(sign),
      let share = try? Quantity.share(String(last.dropFirst()))
    else { return nil }
    let factor = 1 + (sign == "+" ? share.double : -share.double)
    guard let number = Self.text(factor) else { return nil }
    var fields = "factor: \(number)"
    if words.count == 4 {
      let model = try one(words[2], "model", among: scenario.catalog.models.map(\.name))
      fields += ", models: [\(QuotedText.quoted(model))]"
    }
    return ["price_changes.+={\(fields)}"]
  }

  /// `10x`, of all calls or those of the time with most of them.
  func traffic() -> [String]? {
    guard let first = words.first, let sign = first.last, "x×".contains(sign),
      let factor = ExactDecimal(String(first.dropLast())), let number = Self.text(factor.double)
    else { return nil }
    switch words.dropFirst().joined(separator: " ") {
    case "", "the traffic", "traffic": return ["workloads.*.volume*=\(number)"]
    case "on the busiest day": return surge(number, from: { $0.day(lasting: .day) }, "24h")
    case "in the busiest hour": return surge(number, from: { $0.hour(lasting: .hour) }, "1h")
    default: return nil
    }
  }

  /// nil: it is below 0, or too small to be told from 0.
  private static func text(_ factor: Double) -> String? {
    guard factor >= 0, let text = DecimalText.real(factor, places: 6) else { return nil }
    let trimmed = DecimalText.trimmed(text)
    return trimmed == "0" && factor > 0 ? nil : trimmed
  }

  /// Workloads with surges of their own do not see the scenario's.
  private func surge(
    _ factor: String, from: (BusiestTime) -> SimTime, _ length: String
  ) -> [String]? {
    guard let plan = scenario.plans.first else { return nil }
    let start = from(BusiestTime(scenario: scenario, plan: plan))
    let surge = "{from: \(start.description), for: \(length), factor: \(factor)}"
    let own = scenario.workloads.filter {
      tree.root["workloads"]?[$0.name]?["traffic"]?["surges"] != nil
    }
    return ["traffic.surges.+=\(surge)"]
      + own.map { "workloads.\(QuotedText.quoted($0.name)).traffic.surges.+=\(surge)" }
  }

  /// `users=1000` is a plan; all else is an override as it is.
  func value() throws -> [String]? {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else { return nil }
    let path = String(text[..<equals].trimmingPrefix(while: \.isWhitespace))
    let value = text[text.index(after: equals)...]
    if path.split(whereSeparator: \.isWhitespace) == ["users"] {
      let number = value.filter { !$0.isWhitespace && $0 != "," }
      guard !number.isEmpty, number.allSatisfy({ $0.isASCII && $0.isNumber }),
        value.wholeMatch(of: /\s*([0-9]+|[0-9]{1,3}(,[0-9]{3})+)\s*/) != nil
      else {
        throw BadInput(
          message: "'\(HumanFormat.visible(text))': error: expected one number of users like 1,000"
        )
      }
      return ["plans=[\(number)]"]
    }
    let outside = path.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset.isMultiple(of: 2) }
    return outside.contains { $0.element.contains(where: \.isWhitespace) } ? nil : [text]
  }

  /// The name that is meant by itself or by a part of it that no other has.
  private func one(_ word: String, _ kind: String, among names: [String]) throws -> String {
    if names.contains(word) { return word }
    let found = Set(names.filter { $0.contains(word) }).sorted()
    guard found.count == 1 else {
      let list = (found.isEmpty ? Set(names).sorted() : found).prefix(20)
      throw BadInput(
        message: "'\(HumanFormat.visible(text))': error: "
          + "\(found.isEmpty ? "unknown" : "more than one") \(kind) '\(HumanFormat.visible(word))'\n"
          + "\(found.isEmpty ? "known" : "it may be"): "
          + list.map(HumanFormat.visible).joined(separator: ", "))
    }
    return found[0]
  }
}

/// What a plan costs, and what it would cost under a question's override.
package struct WhatIfAnswer: Sendable {
  package let question: WhatIfQuestion
  /// The scenario with the override.
  package let scenario: Scenario
  package let now: Assessment
  package let then: Assessment

  /// By question, of the scenario's first plan. Throws `BadInput` that names the question which cannot be
  /// answered.
  package static func answers(
    to questions: [WhatIfQuestion], by assessor: Assessor
  ) throws -> [WhatIfAnswer] {
    let now = try assessor.assess([Assessor.Variant()])[0][0]
    return try questions.map { question in
      do {
        let scenario = try assessor.tree.scenario([], overrides: question.overrides, source: "it")
        let variant = Assessor.Variant(overrides: question.overrides, source: "it")
        return WhatIfAnswer(
          question: question, scenario: scenario, now: now,
          then: try assessor.assess([variant])[0][0])
      } catch let error as InputErrors {
        throw question.problem(error.description)
      } catch let error as BadInput {
        throw question.problem(error.message)
      }
    }
  }
}

extension WhatIfQuestion {
  fileprivate func problem(_ message: String) -> BadInput {
    BadInput(message: "'\(HumanFormat.visible(text))' cannot be answered:\n\(message)")
  }
}
