/// What an attempt cost, by kind.
@frozen
public struct Cost: Hashable, Sendable {
  /// Input tokens of every kind.
  public var input: Money
  /// Output tokens of every kind.
  public var output: Money
  /// Audio by length, characters, images, pages, searches, calls.
  public var other: Money

  @inlinable
  public init(input: Money, output: Money, other: Money) {
    self.input = input
    self.output = output
    self.other = other
  }

  public static let zero = Cost(input: .zero, output: .zero, other: .zero)

  /// Traps if it exceeds what one call may cost (`Money`).
  @inlinable
  @inline(__always)
  public var total: Money { input + output + other }
}
