/// An exact multiplier, `numerator`/`denominator`.
public struct Factor: Hashable, Sendable {
  public var numerator: Int64
  public var denominator: Int64

  public init(_ numerator: Int64, _ denominator: Int64 = 1) {
    precondition(numerator >= 0 && denominator > 0, "a factor is not negative")
    self.numerator = numerator
    self.denominator = denominator
  }

  public static let one = Factor(1)

  /// The product; nil if it does not fit.
  public func times(_ other: Factor) -> Factor? {
    let top = numerator.multipliedReportingOverflow(by: other.numerator)
    let bottom = denominator.multipliedReportingOverflow(by: other.denominator)
    return top.overflow || bottom.overflow ? nil : Factor(top.partialValue, bottom.partialValue)
  }
}
