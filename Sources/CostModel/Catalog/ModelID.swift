/// A model's dense id: its place in `Catalog.models`.
@frozen
public struct ModelID: Hashable, Comparable, Sendable {
  public var rawValue: UInt16

  @inlinable
  public init(_ rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable
  public var index: Int { Int(rawValue) }

  @inlinable
  public static func < (a: ModelID, b: ModelID) -> Bool { a.rawValue < b.rawValue }
}
