/// What nearly every call is billed for, of a card that always holds: in one place, so that a price
/// is a few multiplications.
@frozen
@usableFromInline
struct UsualRates: Sendable {
  /// Whole picodollars a unit.
  @frozen
  @usableFromInline
  struct WholeRate: Sendable {
    @usableFromInline var picodollars: Int64
    /// No bit is set if the rate is whole picodollars, all of them if it is not, or has no price.
    @usableFromInline var exceptions: Int64

    init(_ rate: CompiledRate) {
      picodollars = rate.numerator
      exceptions = rate.denominator == 1 ? 0 : -1
    }

    /// The product, added to a sum; notes if either is beyond 64 bits.
    @inlinable
    @inline(__always)
    func add(_ quantity: Int64, to sum: Int64) -> Int64? {
      let (product, isTooLarge) = quantity.multipliedReportingOverflow(by: picodollars)
      if isTooLarge { return nil }
      let (result, overflow) = sum.addingReportingOverflow(product)
      return overflow ? nil : result
    }
  }

  @usableFromInline var input: WholeRate
  @usableFromInline var cacheRead: WholeRate
  @usableFromInline var output: WholeRate
  @usableFromInline var reasoning: WholeRate
  @usableFromInline var calls: WholeRate
  @usableFromInline var audio: WholeRate
  @usableFromInline var steps: BilledSteps

  init() {
    self.init(
      card: Array(repeating: .free, count: BillingDimension.allCases.count),
      steps: BilledSteps())
  }

  /// - Parameter card: one rate a dimension.
  init(card: [CompiledRate], steps: BilledSteps) {
    func rate(_ dimension: BillingDimension) -> WholeRate { WholeRate(card[dimension.rawValue]) }
    input = rate(.inputTokens)
    cacheRead = rate(.cacheReadTokens)
    output = rate(.outputTokens)
    reasoning = rate(.reasoningTokens)
    calls = rate(.calls)
    audio = rate(.audioSeconds)
    self.steps = steps
  }

  /// Of calls of nothing but plain input and output; nil where a rate is none of whole picodollars.
  var plain: PlainRates? {
    guard input.exceptions | output.exceptions | calls.exceptions == 0 else { return nil }
    return PlainRates(
      input: input.picodollars, output: output.picodollars, call: calls.picodollars)
  }

  /// The price of a usage without rare parts; nil if anything is wrong with it, has no price, or one
  /// that has to be rounded.
  @inlinable
  @inline(__always)
  func cost(of usage: Usage) -> Cost? {
    let text = usage.inputTokens &- usage.cacheReadTokens
    let visible = usage.outputTokens &- usage.reasoningTokens
    let totals = usage.inputTokens | usage.outputTokens
    let parts = usage.cacheReadTokens | usage.reasoningTokens | text | visible
    guard totals | parts | usage.audioMicroseconds | usage.calls >= 0 else { return nil }
    let heard = steps.audio(usage.audioMicroseconds)
    let inputs = text & input.exceptions | usage.cacheReadTokens & cacheRead.exceptions
    let outputs = visible & output.exceptions | usage.reasoningTokens & reasoning.exceptions
    let others = usage.calls & calls.exceptions | heard & audio.exceptions
    guard inputs | outputs | others == 0,
      let fresh = input.add(text, to: 0),
      let inputDue = cacheRead.add(usage.cacheReadTokens, to: fresh),
      let answer = output.add(visible, to: 0),
      let outputDue = reasoning.add(usage.reasoningTokens, to: answer),
      let call = calls.add(usage.calls, to: 0), let otherDue = audio.add(heard, to: call)
    else { return nil }
    let (half, isHalfTooLarge) = inputDue.addingReportingOverflow(outputDue)
    guard !isHalfTooLarge, !half.addingReportingOverflow(otherDue).overflow else { return nil }
    return Cost(
      input: Money(picodollars: inputDue), output: Money(picodollars: outputDue),
      other: Money(picodollars: otherDue))
  }
}

/// The rest of what a prompt cache is billed for, of a card that always holds.
@frozen
@usableFromInline
struct CachedRates: Sendable {
  @usableFromInline var short: UsualRates.WholeRate
  @usableFromInline var long: UsualRates.WholeRate

  init() { self.init(card: Array(repeating: .free, count: BillingDimension.allCases.count)) }

  /// - Parameter card: one rate a dimension.
  init(card: [CompiledRate]) {
    short = UsualRates.WholeRate(card[BillingDimension.cacheWriteTokens.rawValue])
    long = UsualRates.WholeRate(card[BillingDimension.cacheWriteLongTokens.rawValue])
  }
}

extension UsualRates {
  /// The same of a usage with no rare parts but what it writes to a prompt cache.
  @inlinable
  @inline(__always)
  func cost(of usage: Usage, _ cached: CachedRates) -> Cost? {
    let (short, long) = (usage.cacheWriteTokens, usage.cacheWriteLongTokens)
    var read = usage
    (read.cacheWriteTokens, read.cacheWriteLongTokens) = (0, 0)
    let (left, isLessThanAll) = usage.inputTokens.subtractingReportingOverflow(short)
    let (rest, isTooMuch) = left.subtractingReportingOverflow(long)
    read.inputTokens = rest
    guard short | long | usage.inputTokens >= 0, !isLessThanAll, !isTooMuch,
      short & cached.short.exceptions | long & cached.long.exceptions == 0,
      let cost = cost(of: read),
      let withShort = cached.short.add(short, to: cost.input.picodollars),
      let input = cached.long.add(long, to: withShort)
    else { return nil }
    let (half, isHalfTooLarge) = input.addingReportingOverflow(cost.output.picodollars)
    guard !isHalfTooLarge, !half.addingReportingOverflow(cost.other.picodollars).overflow
    else { return nil }
    return Cost(input: Money(picodollars: input), output: cost.output, other: cost.other)
  }

  /// What the cache has done to that input; nil where a rate is none of whole picodollars, or more is
  /// lost than written.
  @inlinable
  @inline(__always)
  func cacheEffect(of usage: Usage, lost: Int64, _ cached: CachedRates) -> CacheEffect? {
    let (short, long) = (usage.cacheWriteTokens, usage.cacheWriteLongTokens)
    let read = usage.cacheReadTokens
    let rates = input.exceptions | cacheRead.exceptions
    guard short | long | read | lost >= 0, lost - short <= long,
      usage.inputAudioTokens | usage.inputImageTokens == 0,
      rates | short & cached.short.exceptions | long & cached.long.exceptions == 0
    else { return nil }
    let shortPremium = cached.short.picodollars - input.picodollars
    let longPremium = cached.long.picodollars - input.picodollars
    let saving = input.picodollars - cacheRead.picodollars
    var effect = CacheEffect()
    // Twice 64 bits hold any product of two numbers that are not negative, and some more of them.
    let premium =
      Int128(short) * Int128(shortPremium) + Int128(long) * Int128(longPremium)
    effect.premium = MoneySum(picodollars: premium)
    effect.saved = MoneySum(picodollars: Int128(read) * Int128(saving) - premium)
    let lostShort = min(lost, short)
    let lostPremium =
      Int128(lostShort) * Int128(shortPremium) + Int128(lost - lostShort) * Int128(longPremium)
    effect.lost = MoneySum(picodollars: lostPremium + Int128(lost) * Int128(saving))
    return effect
  }
}

/// What calls of nothing but plain input and output cost, whenever and however many they are: whole
/// picodollars a token and a call.
public struct PlainRates: Hashable, Sendable, BitwiseCopyable {
  public var input: Int64
  public var output: Int64
  public var call: Int64
}
