import Support

/// A unit such as `USD per 1000 calls`, `ms`, `%` or `calls per user per month`.
///
/// Any word is a unit of its own; time, percent and `x` (a factor) are known. Two values can be
/// added only if their units are of one kind, which is how a price per call that is taken for a
/// price per token comes to light.
package struct ClaimUnit: Hashable, Sendable {
  /// The unit as the author wrote it.
  package var text: String
  /// How much one of it is in base units (`ms`: 1/1000 of a second).
  package var scale: Rational
  /// The part of `scale` that comes from units of time (`calls per day`: 1/86,400).
  package private(set) var timeScale: Rational
  package var kind: Kind

  /// Base units with their powers; one that is not listed does not occur.
  package struct Kind: Hashable, Sendable {
    package private(set) var powers: [String: Int] = [:]

    package static let number = Kind()

    package init() {}

    /// One base unit to the power of 1.
    package init(_ base: String) { powers = [base: 1] }

    /// This times the other to a power of 1 or -1.
    package func times(_ other: Kind, power: Int) -> Kind {
      var result = self
      for (base, exponent) in other.powers {
        let sum = (powers[base] ?? 0) + power * exponent
        result.powers[base] = sum == 0 ? nil : sum
      }
      return result
    }

    package func has(_ base: String) -> Bool { powers[base] != nil }

    /// Whether time has a part in it.
    package var hasTime: Bool { ClaimUnit.timeBases.contains(where: has) }

    /// Whether it counts per so much time.
    package var isRate: Bool { ClaimUnit.timeBases.contains { (powers[$0] ?? 0) < 0 } }

    /// The base units that it counts with their powers, without those that it is counted per.
    package var counted: [String: Int] { powers.filter { $0.value > 0 } }

    /// The base units that it is counted per, apart from those of time.
    package var countedPer: [String] {
      powers.filter { $0.value < 0 && !ClaimUnit.timeBases.contains($0.key) }.map(\.key).sorted()
    }

    /// `USD per call`.
    package var words: String {
      let names = { (sign: Int) -> [String] in
        powers.filter { $0.value.signum() == sign }.sorted { $0.key < $1.key }
          .flatMap { Array(repeating: $0.key, count: $0.value.magnitude.asInt) }
      }
      let (above, below) = (names(1), names(-1))
      let head = above.isEmpty ? "a number" : above.joined(separator: " × ")
      return ([head] + below).joined(separator: " per ")
    }
  }

  package static let dollar = "USD"
  package static let second = "s"
  package static let month = "month"
  fileprivate static let timeBases = [second, month]

  package var isMoney: Bool { kind.counted == [Self.dollar: 1] }
  package var isPercent: Bool { text == "%" }
  package var isFactor: Bool { text == "x" }
}

extension ClaimUnit {
  /// Units that everybody means the same by: base unit, numerator and denominator of its size.
  private static let known: [String: (base: String?, Int128, Int128)] = [
    "%": (nil, 1, 100), "x": (nil, 1, 1), "1": (nil, 1, 1),
    "us": (second, 1, 1_000_000), "ms": (second, 1, 1_000), "s": (second, 1, 1),
    "second": (second, 1, 1), "min": (second, 60, 1), "minute": (second, 60, 1),
    "h": (second, 3_600, 1), "hour": (second, 3_600, 1), "day": (second, 86_400, 1),
    "week": (second, 604_800, 1), "month": (month, 1, 1), "year": (month, 12, 1),
  ]

  /// Reads a unit; `aliases` are the file's own words (`message` is a `call`).
  package init(_ text: String, aliases: [String: String]) throws(Quantity.Problem) {
    self.text = text
    scale = .one
    timeScale = .one
    kind = .number
    let parts = text.replacing("/", with: " per ")
      .split(separator: " per ", omittingEmptySubsequences: false).map { Quantity.trimmed($0) }
    guard !parts.isEmpty, !parts.contains("") else {
      throw Quantity.Problem("expected a unit like 'USD per month', not '\(text)'")
    }
    for (place, part) in parts.enumerated() {
      do throws(Rational.Problem) {
        let (size, kind) = try Self.part(part, aliases)
        scale = place == 0 ? try scale.multiplied(by: size) : try scale.divided(by: size)
        if kind.hasTime {
          timeScale =
            place == 0 ? try timeScale.multiplied(by: size) : try timeScale.divided(by: size)
        }
        self.kind = self.kind.times(kind, power: place == 0 ? 1 : -1)
      } catch {
        throw Quantity.Problem("'\(part)' is no unit, expected one like 'call' or '1000 calls'")
      }
    }
  }

  /// `1000 calls`: a thousand of the base `call`.
  private static func part(
    _ text: String, _ aliases: [String: String]
  ) throws(Rational.Problem) -> (Rational, Kind) {
    let words = text.split(separator: " ")
    var size = Rational.one
    var name = text
    if words.count == 2, let count = try? Quantity.number(String(words[0])) {
      size = try Rational(count)
      name = String(words[1])
    }
    guard name.split(separator: " ").count == 1 else { throw .divisionByZero }
    let singular = aliases[name] ?? singular(name)
    let word = aliases[singular] ?? singular
    if let (base, numerator, denominator) = known[word] {
      let one = try Rational(numerator, over: denominator)
      return (try size.multiplied(by: one), base.map { Kind($0) } ?? .number)
    }
    guard let first = word.first, first.isLetter, word != "per" else { throw .divisionByZero }
    return (size, Kind(word))
  }

  private static func singular(_ name: String) -> String {
    name.count > 2 && name.hasSuffix("s") && !name.hasSuffix("ss") ? String(name.dropLast()) : name
  }
}

extension UInt {
  fileprivate var asInt: Int { Int(self) }
}
