import Foundation
import Support

/// The numbers that a company knows of itself, in place of a template's.
struct StarterNumbers {
  enum Number: String, CaseIterable {
    case users, conversations, turns, input, output
    case seatPrice = "seat-price"
    case budget

    /// What is asked on a terminal.
    var question: String {
      switch self {
      case .users: "Users"
      case .conversations: "Conversations (or documents) of each a month"
      case .turns: "Messages of the user in each"
      case .input: "Tokens of each message"
      case .output: "Tokens of each answer"
      case .seatPrice: "Price per seat and month, in dollars"
      case .budget: "What AI may cost a month, in dollars"
      }
    }

    private var isWhole: Bool { self != .conversations && !isMoney }
    private var isMoney: Bool { self == .seatPrice || self == .budget }
    private var least: Int { self == .users || self == .turns ? 1 : 0 }

    /// What its value has to be.
    var expected: String {
      if self == .budget { return "an amount like $1,000 that is more than $0" }
      let kind = isMoney ? "an amount like $1,000" : isWhole ? "a whole number" : "a number"
      return kind + (least > 0 ? " from \(least)" : "")
    }

    /// The number as the scenario says it; throws `BadInput` for what is none.
    func checked(_ text: String) throws -> String {
      let digits = (isMoney && text.hasPrefix("$") ? text.dropFirst() : text[...])
      let plain = digits.replacing(",", with: "")
      guard
        digits.wholeMatch(of: /([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?/) != nil,
        !isWhole || !plain.contains("."), let value = Decimal(string: String(plain)),
        value >= Decimal(least), self != .budget || value > 0
      else {
        throw BadInput(
          message:
            "--\(rawValue): error: expected \(expected), not '\(HumanFormat.visible(text))'")
      }
      return (isMoney ? "$" : "") + plain
    }
  }

  var given: [Number: String] = [:]

  /// The numbers that a template's text has, with what it says of them, in the order of questions.
  static func stated(in text: String) -> [(number: Number, value: String)] {
    let places = places(in: text)
    return Number.allCases.compactMap { number in
      places.first { $0.numbers == [number] && $0.factors.isEmpty }.map { (number, $0.value) }
    }
  }

  /// The text with these numbers in their places.
  func filled(_ text: String, like template: StarterTemplate) throws -> String {
    let stated = Dictionary(
      uniqueKeysWithValues: Self.stated(in: text).map { ($0.number, $0.value) })
    for number in Number.allCases where given[number] != nil && stated[number] == nil {
      throw BadInput(
        message:
          "--\(number.rawValue): error: a scenario like \(template.rawValue) has no such number")
    }
    var result = ""
    var rest = Substring(text)
    for place in Self.places(in: text) {
      result += rest[..<place.range.lowerBound]
      rest = rest[place.range.upperBound...]
      let isGiven = place.numbers.contains { given[$0] != nil }
      let factors = place.numbers.compactMap { given[$0] ?? stated[$0] } + place.factors
      result += isGiven ? Self.product(factors) : place.value
    }
    return result + rest
  }

  private static func product(_ factors: [String]) -> String {
    guard factors.count > 1 else { return factors.first ?? "" }
    return "\(factors.compactMap { Decimal(string: $0) }.reduce(1, *))"
  }

  private struct Place {
    var range: Range<String.Index>
    /// With the factors their product, where there is more than one.
    var numbers: [Number]
    var factors: [String]
    var value: String
  }

  /// `<<conversations*turns:60>>`, `<<output*4:180>>`.
  private static func places(in text: String) -> [Place] {
    text.matches(of: /<<([a-z0-9.*-]+):([^>]*)>>/).map { match in
      let parts = match.1.split(separator: "*").map(String.init)
      return Place(
        range: match.range, numbers: parts.compactMap { Number(rawValue: $0) },
        factors: parts.filter { Decimal(string: $0) != nil }, value: String(match.2))
    }
  }
}
