/// The response cache as the list of all that was ever written.
struct ReferenceResponseCache {
  struct Key: Equatable {
    var model: Int
    var prompt: UInt64
    /// nil in global scope.
    var user: Int?
  }

  /// When everything was thrown away.
  var flushes: [Int64] = []
  private var writes: [(key: Key, at: Int64, ttl: Int64)] = []

  func isLive(_ key: Key, at t: Int64) -> Bool {
    guard let last = writes.last(where: { $0.key == key }) else { return false }
    // Thrown away by a flush that came after the last write.
    if flushes.contains(where: { last.at < $0 && $0 <= t }) { return false }
    return last.at <= t && t < last.at + last.ttl
  }

  /// The hit rate of a class in `rate` mode: from 0 at a flush back to the whole in a straight line
  /// over (1 - rate) of its ttl.
  func rate(_ rate: Double, ttl: Int64, at t: Int64) -> Double {
    var result = rate
    if let flush = flushes.filter({ $0 <= t }).max() {
      let refill = (1 - rate) * Double(ttl)
      if Double(t - flush) < refill { result = rate * (Double(t - flush) / refill) }
    }
    return result
  }

  mutating func write(_ key: Key, at e: Int64, ttl: Int64) { writes.append((key, e, ttl)) }
}

/// One target's prompt cache as the list of all uses that renewed a block.
struct ReferencePromptCache {
  private var uses: [(block: UInt64, at: Int64)] = []

  /// The cached tokens of a call that starts at `s`; its blocks are then used.
  mutating func read(
    _ prefix: ReferenceCall.Prefix, input: Int64, at s: Int64,
    _ settings: ReferenceModel.PromptCache
  ) -> Int64 {
    let blocks: [UInt64]
    let size: Int64
    switch prefix {
    case .none, .stated: return 0
    case .block(let key, let tokens):
      if tokens < settings.minimumTokens { return 0 }
      (blocks, size) = ([key], tokens)
    case .blocks(let keys, let length): (blocks, size) = (keys, length)
    }
    let live = blocks.map { block in
      uses.last { $0.block == block }.map { s - $0.at < settings.ttl } ?? false
    }
    let leading = live.prefix { $0 }.count
    for (block, isLive) in zip(blocks, live) where settings.refresh || !isLive {
      uses.append((block, s))
    }
    return min(Int64(leading) * size, input)
  }
}
