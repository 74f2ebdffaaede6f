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
      var amount = metered.sampler.constant ?? 0
      if metered.sampler.constant == nil {
        let block = drawBlock(metered.block, call, number: number)
        let words = [block.0, block.1, block.2, block.3]
        amount = compiled.tables.draw(metered.sampler, words[metered.lane])
      }
      usage[metered.meter.dimension] += amount
    }
    usage.cutParts(frames: kind.pointee.frameTokens)
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

/// What is metered of one use case's calls at one model.
package struct MeterCell: Sendable {
  package var useCase: String
  /// Model, or `model@region`.
  package var model: String
  package var meter: CallMeter
  /// Tokens, pieces, or microseconds.
  package var quantity: Int64
}

/// Sums of what is metered beside tokens, by use case, row and meter; empty where nothing is.
package struct MeterTally: Sendable {
  private let rows: Int
  private var sums: [Int64]

  package init(_ compiled: CompiledScenario, rows: Int) {
    self.rows = rows
    sums = Array(
      repeating: 0, count: compiled.useCases.count * rows * CallMeter.allCases.count)
  }

  package mutating func add(_ usage: Usage, useCase: Int, row: Int) {
    let first = (useCase * rows + row) * CallMeter.allCases.count
    for meter in CallMeter.allCases { sums[first + meter.rawValue] += usage[meter.dimension] }
  }

  /// Those that are not empty, by use case, model and meter.
  package func cells(_ compiled: CompiledScenario) -> [MeterCell] {
    sums.indices.filter { sums[$0] > 0 }.map { place in
      let (cell, meter) = place.quotientAndRemainder(dividingBy: CallMeter.allCases.count)
      return MeterCell(
        useCase: compiled.useCases[cell / rows], model: compiled.targets[cell % rows].name,
        meter: CallMeter.allCases[meter], quantity: sums[place])
    }.sorted { ($0.useCase, $0.model, $0.meter.rawValue) < ($1.useCase, $1.model, $1.meter.rawValue) }
  }
}
