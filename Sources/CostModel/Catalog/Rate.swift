/// A price: so many picodollars for `per` units (tokens, microseconds of audio, calls, …).
@frozen
public struct Rate: Hashable, Sendable {
  public var picodollars: Int64
  public var per: Int64

  @inlinable
  public init(picodollars: Int64, per: Int64) {
    precondition(picodollars >= 0 && per > 0, "a rate is not negative")
    self.picodollars = picodollars
    self.per = per
  }
}
