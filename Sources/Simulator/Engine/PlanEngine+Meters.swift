import CostModel
import Scenarios

/// What calls are metered for beside text tokens, thinking and audio time: drawn when it is billed,
/// always with the same draws, so that all attempts of a call have the same.
extension PlanEngine {
  @inline(never)
  package mutating func addMeters(
    of call: CallPointer, number: Int64, target: Int, inputOnly: Bool, to usage: inout Usage
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
    meterTally?.add(
      usage, frames: kind.pointee.frameTokens, useCase: Int(kind.pointee.useCase), row: target)
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
      meterTally?.add(usage, useCase: Int(kind.pointee.useCase), row: use.target)
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
  package var meter: CallMeter
  /// Tokens, pieces, or microseconds.
  package var quantity: Int128
}

/// Sums of what is metered beside tokens, by use case, row and meter; empty where nothing is.
package struct MeterTally: Sendable {
  private let rows: Int
  private var sums: [Int128]

  package init(_ compiled: CompiledScenario, rows: Int) {
    self.rows = rows
    sums = Array(
      repeating: 0, count: compiled.useCases.count * rows * CallMeter.allCases.count)
  }

  /// - Parameter frames: image tokens of the input that no meter states.
  package mutating func add(_ usage: Usage, frames: Int64 = 0, useCase: Int, row: Int) {
    let first = (useCase * rows + row) * CallMeter.allCases.count
    for meter in CallMeter.allCases {
      let unstated = meter == .inputImage ? frames : 0
      sums[first + meter.rawValue] += Int128(usage[meter.dimension] - unstated)
    }
  }

  /// Those that are not empty, by use case, model and meter.
  package func cells(_ compiled: CompiledScenario) -> [MeterCell] {
    sums.indices.filter { sums[$0] > 0 }.map { place in
      let (cell, meter) = place.quotientAndRemainder(dividingBy: CallMeter.allCases.count)
      return MeterCell(
        useCase: compiled.useCases[cell / rows], model: compiled.targets[cell % rows].name,
        meter: CallMeter.allCases[meter], quantity: sums[place])
    }.sorted {
      ($0.useCase, $0.model, $0.meter.rawValue) < ($1.useCase, $1.model, $1.meter.rawValue)
    }
  }
}
