/// What nearly every call is billed for, of a card that always holds: in one place, so that a price
/// is a few multiplications.
@frozen
@usableFromInline
struct UsualRates: Sendable {
  @usableFromInline var input: CompiledRate
  @usableFromInline var cacheRead: CompiledRate
  @usableFromInline var output: CompiledRate
  @usableFromInline var reasoning: CompiledRate
  @usableFromInline var calls: CompiledRate
  @usableFromInline var audio: CompiledRate
  @usableFromInline var minimumAudio: Int64

  init() {
    self.init(
      card: Array(repeating: .free, count: BillingDimension.allCases.count), minimumAudio: 0)
  }

  /// - Parameter card: one rate a dimension.
  init(card: [CompiledRate], minimumAudio: Int64) {
    func rate(_ dimension: BillingDimension) -> CompiledRate { card[dimension.rawValue] }
    input = rate(.inputTokens)
    cacheRead = rate(.cacheReadTokens)
    output = rate(.outputTokens)
    reasoning = rate(.reasoningTokens)
    calls = rate(.calls)
    audio = rate(.audioSeconds)
    self.minimumAudio = minimumAudio
  }

  /// The price of a usage without rare parts; nil if anything is wrong with it or not priced.
  @inlinable
  @inline(__always)
  func cost(of usage: Usage) -> Cost? {
    let text = usage.inputTokens &- usage.cacheReadTokens
    let visible = usage.outputTokens &- usage.reasoningTokens
    let totals = usage.inputTokens | usage.outputTokens
    let parts = usage.cacheReadTokens | usage.reasoningTokens | text | visible
    guard totals | parts | usage.audioMicroseconds | usage.calls >= 0 else { return nil }
    let heard = usage.audioMicroseconds == 0 ? 0 : max(usage.audioMicroseconds, minimumAudio)
    guard let inputs = input.due(text, and: usage.cacheReadTokens, at: cacheRead),
      let outputs = output.due(visible, and: usage.reasoningTokens, at: reasoning),
      let others = calls.due(usage.calls, and: heard, at: audio)
    else { return nil }
    let (half, isHalfTooLarge) = inputs.addingReportingOverflow(outputs)
    guard !isHalfTooLarge, !half.addingReportingOverflow(others).overflow else { return nil }
    return Cost(
      input: Money(picodollars: inputs), output: Money(picodollars: outputs),
      other: Money(picodollars: others))
  }
}

extension CompiledRate {
  /// What so much costs at this rate, and something that is seldom used at another one; nil if it
  /// is unpriced or beyond 64 bits.
  @inlinable
  @inline(__always)
  func due(_ quantity: Int64, and seldom: Int64, at other: CompiledRate) -> Int64? {
    guard let amount = due(quantity) else { return nil }
    if seldom == 0 { return amount }
    guard let second = other.due(seldom) else { return nil }
    let (sum, overflow) = amount.addingReportingOverflow(second)
    return overflow ? nil : sum
  }

  /// `amount(of:)`, and 0 for nothing at whatever rate.
  @inlinable
  @inline(__always)
  func due(_ quantity: Int64) -> Int64? {
    if denominator == 1 || quantity == 0 {
      let (product, overflow) = quantity.multipliedReportingOverflow(by: numerator)
      return overflow ? nil : product
    }
    return isPriced ? amount(of: quantity) : nil
  }
}
