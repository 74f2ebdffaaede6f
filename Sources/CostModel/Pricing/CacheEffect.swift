/// What a provider's cache has done to the cost of an attempt's input.
@frozen
public struct CacheEffect: Hashable, Sendable {
  /// What its writes have cost more than plain input.
  public var premium = MoneySum.zero
  /// What its input would have cost more without the cache.
  public var saved = MoneySum.zero
  /// What tokens that were written once more have cost more than reading them.
  public var lost = MoneySum.zero

  @inlinable
  public init() {}
}

extension Pricer {
  /// What the cache has done to the input's cost of a call that arrives at `t`.
  /// - Parameter lost: of the written tokens, those that could have been read; short ones first.
  public func cacheEffect(
    of usage: Usage, lost: Int64, at t: SimTime
  ) throws(PricingError) -> CacheEffect {
    if let effect = usualCacheEffect(of: usage, lost: lost) { return effect }
    let (short, long) = (usage.cacheWriteTokens, usage.cacheWriteLongTokens)
    var effect = CacheEffect()
    guard short | long | usage.cacheReadTokens | lost != 0 else { return effect }
    let sheet = sheetIndex(at: t)
    guard sheet >= 0 else { throw .noPrices }
    let base = isFlat ? 0 : firstRate(sheet: sheet, input: usage.inputTokens, at: t)
    /// The input's cost if so much less were written, and so much more read.
    func input(_ lessShort: Int64, _ lessLong: Int64, _ moreRead: Int64) throws(PricingError)
      -> MoneySum
    {
      var other = usage
      other.cacheWriteTokens -= lessShort
      other.cacheWriteLongTokens -= lessLong
      other.cacheReadTokens += moreRead
      return try inputCost(of: other, at: t, base: base)
    }
    let cost = try input(0, 0, 0)
    let plain = short | long == 0 ? cost : try input(short, long, 0)
    effect.premium = cost - plain
    let isRead = usage.cacheReadTokens > 0
    effect.saved = (isRead ? try input(short, long, -usage.cacheReadTokens) : plain) - cost
    if lost > 0 {
      let lostShort = min(lost, short)
      effect.lost = cost - (try input(lostShort, min(lost - lostShort, long), lost))
    }
    return effect
  }

  /// By the card whose rates begin at `base`; media, which fresh input limits, the general way.
  private func inputCost(of usage: Usage, at t: SimTime, base: Int) throws(PricingError) -> MoneySum
  {
    guard usage.inputAudioTokens | usage.inputImageTokens == 0 else {
      return MoneySum(try cost(of: usage, at: t).input)
    }
    let (read, short) = (usage.cacheReadTokens, usage.cacheWriteTokens)
    let long = usage.cacheWriteLongTokens
    let text = usage.inputTokens - read - short - long
    var sum = MoneySum(picodollars: Int128(try amount(.inputTokens, text, base)))
    sum.picodollars += Int128(try amount(.cacheReadTokens, read, base))
    sum.picodollars += Int128(try amount(.cacheWriteTokens, short, base))
    sum.picodollars += Int128(try amount(.cacheWriteLongTokens, long, base))
    return sum
  }
}
