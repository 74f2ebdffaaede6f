@frozen public struct Usage: Sendable, Hashable {
  public var inputTokens: Int64 = 0
  public var cacheReadTokens: Int64 = 0
  public var outputTokens: Int64 = 0
  public var reasoningTokens: Int64 = 0
  public var inputImageTokens: Int64 = 0
  public var audioMicroseconds: Int64 = 0
  public var calls: Int64 = 0
  @inlinable public init() {}
}
@frozen public struct Cost: Sendable, Hashable {
  public var input: Money
  public var output: Money
  public var other: Money
  @inlinable public var total: Money { input + output + other }
  @inlinable public init(input: Money, output: Money, other: Money) { self.input = input; self.output = output; self.other = other }
  @inlinable public static var zero: Cost { Cost(input: .zero, output: .zero, other: .zero) }
}
