/// A price while ratios of other prices are applied to it: picodollars for one unit, in lowest terms.
struct ExactRate: Hashable {
  let numerator: Int128
  /// 0: beyond 128 bits.
  let denominator: Int128

  static let outOfRange = ExactRate(exactly: 0, 0)

  private init(exactly numerator: Int128, _ denominator: Int128) {
    (self.numerator, self.denominator) = (numerator, denominator)
  }

  init(_ rate: Rate) {
    self = ExactRate(exactly: 1, 1).times(Int128(rate.picodollars), Int128(rate.per))
  }

  /// This price times `top`/`bottom`, neither of which is negative, and `bottom` is not 0.
  func times(_ top: Int128, _ bottom: Int128) -> ExactRate {
    guard denominator > 0 else { return self }
    let own = Self.divisor(top, bottom)
    let (left, right) = (
      Self.divisor(numerator, bottom / own), Self.divisor(top / own, denominator)
    )
    let (numerator, isTooLarge) =
      (numerator / left).multipliedReportingOverflow(by: top / own / right)
    let (denominator, overflow) =
      (denominator / right).multipliedReportingOverflow(by: bottom / own / left)
    if isTooLarge || overflow { return .outOfRange }
    return ExactRate(exactly: numerator, numerator == 0 ? 1 : denominator)
  }

  /// This price as another one goes from `old` to `new`. Without a ratio, that is where nothing or $0
  /// was due before, it is the new one's itself.
  func following(from old: ExactRate?, to new: ExactRate?) -> ExactRate {
    guard let new, new != old else { return self }
    guard let old else { return new }
    guard old.denominator > 0, new.denominator > 0 else { return .outOfRange }
    return old.numerator == 0
      ? new
      : times(new.numerator, old.numerator).times(old.denominator, new.denominator)
  }

  private static func divisor(_ a: Int128, _ b: Int128) -> Int128 {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return max(x, 1)
  }
}
