import Support

/// A number as a document prints it, with what its way of printing says of its precision.
///
/// `$0.18` is anything that rounds to it; `~$900` has one digit that counts; `60–70` is a range;
/// `1,000+` and `<500` are bounds.
package struct PublishedNumber: Hashable, Sendable {
  package enum Bound: Hashable, Sendable { case none, atLeast, atMost }

  /// The number as it is printed.
  package var text: String
  /// The number in the claim's unit; a range where one is printed.
  package var value: Interval
  /// Half of what the last digit that counts is worth, in the claim's unit.
  package var tolerance: Rational
  package var bound = Bound.none

  /// `$` and `%` in the text, which the unit must agree with.
  package private(set) var isDollars = false
  package private(set) var isPercent = false

  package init(_ text: String) throws(Quantity.Problem) {
    self.text = text
    var rest = Quantity.trimmed(text)
    let isApproximate = rest.hasPrefix("~")
    if isApproximate { rest.removeFirst() }
    for (mark, meaning) in Self.bounds where rest.hasPrefix(mark) {
      rest = Quantity.trimmed(rest.dropFirst(mark.count))
      bound = meaning
    }
    if rest.hasSuffix("+") {
      rest.removeLast()
      bound = .atLeast
    }
    let ends = Self.ends(of: rest)
    let parsed = try ends.map { end throws(Quantity.Problem) in
      try Self.number(end, isApproximate, in: text)
    }
    guard let first = parsed.first, let last = parsed.last else { throw Self.problem(text) }
    isDollars = parsed.contains(where: \.isDollars)
    isPercent = parsed.contains(where: \.isPercent)
    // "$25-100" and "2–3K" state the mark once.
    value = Interval(first.value, last.value)
    tolerance = max(first.tolerance, last.tolerance)
  }

  private static let bounds: [(String, Bound)] = [
    (">=", .atLeast), ("≥", .atLeast), (">", .atLeast), ("<=", .atMost), ("≤", .atMost),
    ("<", .atMost),
  ]

  /// The numbers that round to this one, or lie in the range or beyond the bound.
  package func accepts(_ other: Interval) throws(Rational.Problem) -> Bool {
    let wide = try widened()
    switch bound {
    // One number out of a range is right, a range that is narrower than the truth is not.
    case .none: return wide.contains(other) || (value.isPoint && other.contains(value))
    case .atLeast: return wide.low <= other.low
    case .atMost: return other.high <= wide.high
    }
  }

  /// Everything that is printed like this.
  package func widened() throws(Rational.Problem) -> Interval {
    Interval(try value.low.subtracting(tolerance), try value.high.adding(tolerance))
  }

  /// `1.25`, `2..3`, `1000..` (at least), `..500` (at most).
  package var decimal: String {
    switch bound {
    case .none: value.decimal
    case .atLeast: value.low.decimal + ".."
    case .atMost: ".." + value.high.decimal
    }
  }

  // MARK: Reading

  private struct Part {
    var value: Rational
    var tolerance: Rational
    var isDollars: Bool
    var isPercent: Bool
  }

  private static let minuses: [Character] = ["-", "−"]

  private static func problem(_ text: String) -> Quantity.Problem {
    Quantity.Problem("expected a number like $34.00, ~62, 60–70%, 300K or 1,000+, not '\(text)'")
  }

  /// Both ends of a range, or the one number.
  private static func ends(of text: String) -> [String] {
    for mark in ["–", "..", "-"] {
      let parts = text.split(separator: mark, omittingEmptySubsequences: false)
      if parts.count == 2, parts[0].contains(where: \.isNumber) {
        return parts.map { Quantity.trimmed($0) }
      }
    }
    return [text]
  }

  private static func number(
    _ source: String, _ isApproximate: Bool, in text: String
  ) throws(Quantity.Problem) -> Part {
    var digits = source[...]
    // A loss: `−$200`, `$-200`, and in accounts `($200)`.
    var isNegative = digits.first == "(" && digits.last == ")"
    if isNegative { digits = digits.dropFirst().dropLast() }
    func takeSign() {
      guard !isNegative, let sign = digits.first, minuses.contains(sign) else { return }
      digits.removeFirst()
      isNegative = true
    }
    takeSign()
    let isDollars = digits.first == "$"
    if isDollars {
      digits.removeFirst()
      takeSign()
    }
    let isPercent = digits.last == "%"
    if isPercent || ["x", "×"].contains(digits.last) { digits.removeLast() }
    let bare = Quantity.trimmed(digits)
    guard bare.first.map(minuses.contains) != true else { throw problem(text) }
    do {
      let size = try Rational(try Quantity.number(bare))
      let value = isNegative ? size.negated : size
      let step = try Self.step(bare, value, isApproximate)
      return Part(
        value: value, tolerance: try step.divided(by: Rational(2)), isDollars: isDollars,
        isPercent: isPercent)
    } catch {
      throw problem(text)
    }
  }

  /// What one of the last digit that counts is worth: the last one printed, after a `~` the last
  /// one that is not a zero.
  private static func step(
    _ text: String, _ value: Rational, _ isApproximate: Bool
  ) throws -> Rational {
    let mantissa = text.drop { !$0.isNumber }.prefix { $0.isNumber || ".,_".contains($0) }
    let digits = Array(mantissa.filter { $0.isNumber || $0 == "." })
    var counted = digits.count
    if isApproximate {
      let last = digits.lastIndex { $0 != "0" && $0 != "." } ?? 0
      counted = last + 1
    }
    // The printed digits with a 1 in the last place that counts and 0 in all others.
    var mask = digits.map { $0 == "." ? $0 : "0" }
    let place = mask.prefix(counted).lastIndex { $0 != "." } ?? 0
    mask[place] = "1"
    return try Rational(try Quantity.number(String(mask) + text.suffix(suffixLength(text))))
  }

  private static func suffixLength(_ text: String) -> Int {
    text.reversed().prefix { $0.isLetter }.count
  }
}
