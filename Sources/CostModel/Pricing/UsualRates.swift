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

/// What calls of nothing but plain input and output cost, whenever and however many they are: whole
/// picodollars a token and a call.
public struct PlainRates: Hashable, Sendable, BitwiseCopyable {
  public var input: Int64
  public var output: Int64
  public var call: Int64
}
