import CostModel
import Scenarios

/// What calls are metered for beside text tokens, thinking and audio time: drawn when it is billed,
/// always with the same draws, so that all attempts of a call have the same.
extension PlanEngine {
  @inline(never)
  package mutating func addMeters(
    of call: CallPointer, number: Int64, inputOnly: Bool, to usage: inout Usage
  ) {
    let kind = kinds.pointer(to: Int(call.pointee.kind))
    for place in kind.pointee.meters {
      let metered = compiled.meters[place]
      if inputOnly, metered.meter.whole == .output { continue }
      var amount = amount(of: metered, call, number: number)
      // An input that is a meter may have been cut: by a knowledge base, by a context window.
      if metered.block == .shape, metered.meter.whole == .input {
        amount = min(amount, call.pointee.input - kind.pointee.extraInput)
      }
      usage[metered.meter.dimension] += amount
    }
    usage.cutParts(frames: kind.pointee.frameTokens)
  }

  /// Tells what an attempt that has been priced, or what a call bills at another model, is metered for.
  @inline(never)
  package mutating func noteMeters(
    _ usage: Usage, _ kind: CallClassPointer, target: Int, billing: Int, isOwn: Bool,
    at time: SimTime
  ) {
    guard usage.hasMedia || usage.audioMicroseconds > 0 else { return }
    do throws(PricingError) {
      observers.meters?.add(
        usage, try pricing.table.breakdown(of: usage, target: target, billing: billing, at: time),
        frames: isOwn ? kind.pointee.frameTokens : 0, useCase: Int(kind.pointee.useCase),
        row: target)
    } catch {
      preconditionFailure("it has been priced before")
    }
  }

  /// - Parameter part: of the call: 0 is its own usage, n that at the n-th other model.
  private mutating func amount(
    of metered: CompiledMeter, _ call: CallPointer, number: Int64, part: UInt64 = 0
  ) -> Int64 {
    if let constant = metered.sampler.constant { return constant }
    let block = drawBlock(metered.block, call, number: number, attempt: part)
    let words = [block.0, block.1, block.2, block.3]
    return compiled.tables.draw(metered.sampler, words[metered.lane])
  }

  /// What a call that its target has answered bills at other models.
  @inline(never)
  package mutating func billUses(_ slot: Int32, at e: Int64, order: UInt64) throws {
    let flight = flights.base + Int(slot)
    let (call, number) = (Self.call(of: flight), flight.pointee.number)
    let kind = kinds.pointer(to: Int(call.pointee.kind))
    for (place, index) in kind.pointee.uses.enumerated() {
      let use = compiled.uses[index]
      let part = UInt64(place + 1)
      let block = drawBlock(.modelUse, call, number: number, attempt: part)
      var usage = Usage()
      usage.inputTokens = compiled.tables.draw(use.input, block.0)
      usage.outputTokens = compiled.tables.draw(use.output, block.1)
      usage.audioMicroseconds = compiled.tables.draw(use.audio, block.2)
      usage.calls = 1
      for meter in use.meters {
        let metered = compiled.meters[meter]
        usage[metered.meter.dimension] += amount(of: metered, call, number: number, part: part)
      }
      try book(
        usage, slot, target: use.target, billing: use.billing, isOwn: false, at: e, order: order)
    }
  }
}

/// A meter of a kind of call, ready to be drawn.
package struct CompiledMeter: Sendable {
  package let meter: CallMeter
  /// In what the meter is billed in: tokens, pieces, microseconds.
  package let sampler: Sampler
  package let block: DrawBlock
  /// Of the block's words.
  package let lane: Int

  /// - Parameter isTotal: whether the total that the meter is a part of is this same draw.
  package init(
    _ meter: CallMeter, _ law: Distribution, isTotal: Bool, _ tables: inout SamplerTables
  ) {
    self.meter = meter
    sampler = tables.sampler(for: law, scale: meter.scale)
    if isTotal {
      (block, lane) = (.shape, meter.whole == .output ? 1 : 0)
    } else {
      (block, lane) = (DrawBlock.meters[meter.rawValue / 4], meter.rawValue % 4)
    }
  }
}

/// What a kind of call bills at another model, ready to be drawn.
package struct CompiledUse: Sendable {
  package let target: Int
  package let billing: Int
  package let input: Sampler
  package let output: Sampler
  /// Microseconds.
  package let audio: Sampler
  /// Into `CompiledScenario.meters`.
  package let meters: Range<Int>
}

/// What is metered of one use case's calls at one model.
package struct MeterCell: Sendable {
  package var useCase: String
  /// Model, or `model@region`.
  package var model: String
  /// One of `BillingDimension.metered`.
  package var dimension: BillingDimension
  /// Tokens, pieces, or microseconds, as they are used.
  package var quantity: Int128
  /// What is billed for it.
  package var cost: MoneySum
}

/// Sums of what is metered beside text tokens, by use case, row and dimension; empty where nothing is.
package struct MeterTally: Sendable {
  private struct Sum: Sendable {
    var quantity: Int128 = 0
    var cost = MoneySum.zero
  }

  private static let dimensions = BillingDimension.metered
  private static let documents = CallMeter.documents.rawValue
  private let rows: Int
  private var sums: [Sum] = []

  package init(rows: Int) { self.rows = rows }

  /// - Parameters:
  ///   - price: how the price of the usage comes about.
  ///   - frames: image tokens of the input that no meter states.
  package mutating func add(
    _ usage: Usage, _ price: PriceBreakdown, frames: Int64, useCase: Int, row: Int
  ) {
    let first = (useCase * rows + row) * Self.dimensions.count
    while sums.count < first + Self.dimensions.count { sums.append(Sum()) }
    for (place, dimension) in Self.dimensions.enumerated() {
      let unstated = dimension == .inputImageTokens ? frames : 0
      sums[first + place].quantity += Int128(usage[dimension] - unstated)
    }
    for component in price.components {
      guard let place = Self.dimensions.firstIndex(of: component.dimension) else { continue }
      let (amount, quantity) = (component.amount, component.quantity)
      switch component.dimension {
      case .inputImageTokens where frames > 0:
        let unstated = component.amount(of: min(frames, quantity))
        sums[first + place].cost += MoneySum(amount) - MoneySum(unstated)
      case .searches where quantity > usage.searches:
        // Searches that documents are billed as.
        let own = component.amount(of: usage.searches)
        sums[first + place].cost += own
        sums[first + Self.documents].cost += MoneySum(amount) - MoneySum(own)
      default: sums[first + place].cost += amount
      }
    }
  }

  /// Those that are not empty, by use case, model and dimension.
  package func cells(_ compiled: CompiledScenario) -> [MeterCell] {
    sums.indices.filter { sums[$0].quantity > 0 }.map { place in
      let (cell, dimension) = place.quotientAndRemainder(dividingBy: Self.dimensions.count)
      return (
        dimension,
        MeterCell(
          useCase: compiled.useCases[cell / rows], model: compiled.targets[cell % rows].name,
          dimension: Self.dimensions[dimension], quantity: sums[place].quantity,
          cost: sums[place].cost)
      )
    }.sorted { ($0.1.useCase, $0.1.model, $0.0) < ($1.1.useCase, $1.1.model, $1.0) }.map(\.1)
  }
}
