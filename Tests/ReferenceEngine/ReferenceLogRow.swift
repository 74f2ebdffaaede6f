/// One row of a log, as its writer meant it.
public struct ReferenceLogRow {
  /// Microseconds; what is finer has been cut.
  public var time: Int64
  /// Its place among the catalog's; nil: not told, or not in the catalog.
  public var model: Int?
  public var user: String?
  public var session: String?
  public var prompt: String?
  /// By name: `task`, `tier`, `use_case` and so on.
  public var attributes: [String: String] = [:]
  public var input: Int64 = 0
  public var cached: Int64?
  /// Part of the input.
  public var cacheWrite: Int64 = 0
  /// By name; video in microseconds.
  public var meters: [String: Int64] = [:]
  public var output: Int64 = 0
  public var reasoning: Int64 = 0
  public var maxTokens: Int64?
  /// Microseconds.
  public var audio: Int64 = 0
  public var isOK = true
  public var latency: Int64?
  public var blocks: [UInt64] = []
  public var blockSize: Int64 = 0

  public init(time: Int64) { self.time = time }
}
