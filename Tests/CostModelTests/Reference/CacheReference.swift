import CostModel

/// The response cache as the list of everything ever written.
struct ResponseCacheReference {
  var writes: [(key: ResponseCacheKey, at: Int64, ttl: Int64)] = []

  mutating func store(_ key: ResponseCacheKey, at e: Int64, ttl: Int64) {
    if ttl > 0 { writes.append((key, e, ttl)) }
  }

  func lookup(_ key: ResponseCacheKey, at t: Int64) -> Bool {
    guard let last = writes.last(where: { $0.key == key }) else { return false }
    return last.at <= t && t < last.at + last.ttl
  }

  func liveCount(at t: Int64) -> Int { Set(writes.map(\.key)).count { lookup($0, at: t) } }
}

/// The prompt cache as the list of all uses that count.
struct PromptCacheReference {
  let settings: PromptCacheSettings
  var uses: [(block: UInt64, at: Int64)] = []

  init(_ settings: PromptCacheSettings) { self.settings = settings }

  private func isLive(_ block: UInt64, at s: Int64) -> Bool {
    let last = uses.last { $0.block == block }
    return last.map { s - $0.at < settings.ttl.microseconds } ?? false
  }

  mutating func read(blocks: [UInt64], blockSize: Int64, input: Int64, at s: Int64) -> Int64 {
    let leading = blocks.prefix { isLive($0, at: s) }.count
    let used = settings.refresh ? blocks : blocks.filter { !isLive($0, at: s) }
    uses += used.map { ($0, s) }
    return min(Int64(leading) * blockSize, input)
  }

  func liveCount(at s: Int64) -> Int { Set(uses.map(\.block)).count { isLive($0, at: s) } }
}
