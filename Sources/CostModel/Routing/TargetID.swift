/// A target's dense id: its place in `ChainTable.targets`.
@frozen
public struct TargetID: Hashable, Comparable, Sendable {
  public var rawValue: UInt16

  @inlinable
  public init(_ rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable
  public var index: Int { Int(rawValue) }

  @inlinable
  public static func < (a: TargetID, b: TargetID) -> Bool { a.rawValue < b.rawValue }
}
