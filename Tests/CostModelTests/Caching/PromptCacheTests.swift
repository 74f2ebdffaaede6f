import Testing

@testable import CostModel

/// A prompt cache by reference, because expectations cannot contain mutating calls.
private final class HeldPromptCache {
  private(set) var cache: PromptCache

  init(ttl: Int64 = 100, refresh: Bool = true, minimum: Int64 = 0) {
    cache = PromptCache(
      PromptCacheSettings(ttl: µs(ttl), refresh: refresh, minimumTokens: minimum))
  }

  func read(_ blocks: [UInt64], of size: Int64 = 10, input: Int64 = 1000, at s: Int64) -> Int64 {
    cache.read(blocks: blocks, blockSize: size, input: input, at: at(s))
  }

  func read(prefix: UInt64, tokens: Int64, input: Int64, at s: Int64) -> Int64 {
    cache.read(prefix: prefix, tokens: tokens, input: input, at: at(s))
  }
}

/// docs/semantics.md, "Prompt cache".
@Suite struct PromptCacheTests {
  @Test(arguments: [(0, 20), (99, 20), (100, 0), (101, 0)])
  func blocksUsedLessThanTheTTLAgoAreRead(s: Int64, cached: Int64) {
    let c = HeldPromptCache()
    #expect(c.read([1, 2], at: 0) == 0)
    #expect(c.read([1, 2], at: s) == cached)
  }

  @Test func onlyLeadingBlocksCount() {
    let c = HeldPromptCache()
    _ = c.read([1, 2, 3, 4], at: 0)
    #expect(c.read([1, 2, 9, 4], at: 1) == 20)
    #expect(c.read([8, 2, 3, 4], at: 2) == 0)
    // By now all of these have been used, whether they led or not.
    #expect(c.read([8, 9, 4, 3], at: 3) == 40)
  }

  @Test func atMostTheInputIsRead() {
    let c = HeldPromptCache()
    _ = c.read([1, 2, 3], at: 0)
    #expect(c.read([1, 2, 3], input: 25, at: 1) == 25)
    #expect(c.read([1, 2, 3], input: 0, at: 1) == 0)
  }

  @Test func aUseRefreshes() {
    let c = HeldPromptCache()
    #expect([0, 99, 198, 298].map { c.read([1], at: $0) } == [0, 10, 10, 0])
  }

  @Test func withoutRefreshOnlyBlocksThatWereNotLiveAreUsed() {
    let c = HeldPromptCache(refresh: false)
    #expect([0, 99, 100, 199, 200].map { c.read([1], at: $0) } == [0, 10, 0, 10, 0])
    #expect(c.cache.liveUntil(1, at: at(299)) == at(300))
    #expect(c.cache.liveUntil(1, at: at(300)) == nil)
  }

  @Test func aBlockThatComesTwiceIsNotItsOwnPrefix() {
    let c = HeldPromptCache()
    #expect(c.read([1, 1], at: 0) == 0)
    #expect(c.read([1, 1], at: 1) == 20)
    #expect(c.read([], at: 1) == 0)
  }

  @Test func aStaticPrefixIsOneBlock() {
    let c = HeldPromptCache()
    #expect(c.read(prefix: 7, tokens: 1200, input: 1500, at: 0) == 0)
    #expect(c.read(prefix: 7, tokens: 1200, input: 1500, at: 99) == 1200)
    #expect(c.read(prefix: 7, tokens: 1200, input: 800, at: 100) == 800)
    #expect(c.read(prefix: 8, tokens: 1200, input: 1500, at: 100) == 0)
    #expect(c.read(prefix: 7, tokens: 1200, input: 1500, at: 200) == 0)
  }

  @Test(arguments: [(1023, 0), (1024, 1024), (1025, 1025)])
  func belowTheMinimumLengthNothingIsCached(tokens: Int64, cached: Int64) {
    let c = HeldPromptCache(minimum: 1024)
    _ = c.read(prefix: 7, tokens: tokens, input: 2000, at: 0)
    #expect(c.read(prefix: 7, tokens: tokens, input: 2000, at: 1) == cached)
    #expect(c.cache.liveCount(at: at(1)) == (cached > 0 ? 1 : 0))
  }

  @Test func withTTLZeroNothingIsCached() {
    let c = HeldPromptCache(ttl: 0)
    #expect([c.read([1], at: 0), c.read([1], at: 0)] == [0, 0])
    #expect([0, 0].map { c.read(prefix: 1, tokens: 5, input: 9, at: $0) } == [0, 0])
  }

  @Test func memoryIsBoundedByLiveBlocks() {
    let c = HeldPromptCache()
    for n in 0..<20_000 as Range<UInt64> { _ = c.read([n], at: Int64(n)) }
    #expect(c.cache.liveCount(at: at(19_999)) == 100)
    #expect(c.cache.table.entries.count <= 512)
  }

  @Test func agreesWithTheListOfAllUses() {
    var cached: Int64 = 0
    for seed in 0..<400 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let settings = PromptCacheSettings(
        ttl: µs(random.below(12)), refresh: random.chance(1, in: 2))
      var fast = PromptCache(settings)
      var slow = PromptCacheReference(settings)
      var s: Int64 = -20
      for n in 0..<60 {
        s += random.below(5)
        let blocks = (0..<random.below(5)).map { _ in UInt64(random.below(6)) }
        let input = random.below(40)
        let tokens = fast.read(blocks: blocks, blockSize: 10, input: input, at: at(s))
        cached += tokens
        guard tokens == slow.read(blocks: blocks, blockSize: 10, input: input, at: s),
          n % 10 != 0 || fast.liveCount(at: at(s)) == slow.liveCount(at: s)
        else {
          Issue.record("seed \(seed), step \(n): \(tokens)")
          return
        }
      }
    }
    #expect(cached > 10_000, "the schedules hit")
  }
}
