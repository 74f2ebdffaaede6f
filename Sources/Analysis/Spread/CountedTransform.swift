import CostModel
import Foundation

/// The characteristic function of what one flow (or miss) costs, from its calls' laws cut into cells.
package struct CountedTransform {
  /// One way in which a call may go.
  private struct Way {
    var chance: Double
    var line: CostLine
    var lower: Double
    var upper: Double
    /// Empty: those of the kind.
    var answers: [CallShape.Answers.Cell]
  }
  private struct Kind {
    var ways: [Way]
    var hitRate: Double
    var extraInput: Double
    var input: LawCells
    var visible: LawCells
    var reasoning: LawCells
  }

  private let parts: [(share: Double, flow: FlowCosts, kinds: [Kind])]

  package init(_ counted: CountedCost, of cost: ExpectedCost) {
    let attempts = AttemptCosts(scenario: cost.scenario)
    let eras = cost.eras[counted.workload]
    parts = counted.parts.map { share, flow in
      let kinds = flow.calls.map { call -> Kind in
        let ways = eras.flatMap { era in
          attempts.ways(of: call, at: era.time).map {
            Way(
              chance: era.share * $0.chance, line: $0.line, lower: $0.from, upper: $0.below,
              answers: $0.answers)
          }
        }
        let shape = call.shape
        let edges = Set(ways.flatMap { [$0.lower, $0.upper] }).filter(\.isFinite)
          .map { $0 - shape.extraInput - 0.5 }
        let room = call.variant.maxTokens.map(Double.init) ?? .infinity
        return Kind(
          ways: ways, hitRate: call.hitRate, extraInput: shape.extraInput,
          input: LawCells(shape.inputLaw, rounded: true, edges: edges),
          visible: LawCells(call.variant.output, cap: room, rounded: true),
          reasoning: LawCells(call.variant.reasoning, cap: room, rounded: true))
      }
      return (share, flow, kinds)
    }
  }

  /// E e^{itC} − 1.
  package func value(_ t: Double) -> Complex {
    parts.reduce(Complex.zero) { sum, part in
      let costs = part.kinds.map { CostTransform(value: value($0, t)) }
      return sum + part.flow.total(costs).value.scaled(by: part.share)
    }
  }

  private func value(_ kind: Kind, _ t: Double) -> Complex {
    guard kind.hitRate < 1 else { return .zero }
    let sum = kind.ways.reduce(Complex.zero) { sum, way in
      guard way.chance > 0 else { return sum }
      let line = way.line
      let input = kind.input.transform(
        t * line.perInput, from: way.lower - kind.extraInput, below: way.upper - kind.extraInput)
      let fixed = Complex.turn(t * (line.constant + line.perInput * kind.extraInput))
      let product = input * fixed * Self.answers(way, kind, t)
      let saved = exp(-t * t * line.savedSpread * line.savedSpread / 2)
      return sum + (product * Self.audio(line, t)).scaled(by: saved * way.chance)
    }
    return (sum - .one).scaled(by: 1 - kind.hitRate)
  }

  /// Of the answer's part.
  private static func answers(_ way: Way, _ kind: Kind, _ t: Double) -> Complex {
    let line = way.line
    guard way.answers.isEmpty else {
      guard line.perVisible != 0 || line.perReasoning != 0 else { return .one }
      return way.answers.reduce(Complex.zero) { sum, cell in
        let cost = line.perVisible * cell.visible + line.perReasoning * cell.reasoning
        return sum + Complex.turn(t * cost).scaled(by: cell.mass)
      }
    }
    var product = Complex.one
    if line.perVisible != 0 { product = kind.visible.transform(t * line.perVisible) }
    if line.perReasoning != 0 {
      product = product * kind.reasoning.transform(t * line.perReasoning)
    }
    return product
  }

  /// Of the audio's part, taken as a gamma distribution.
  private static func audio(_ line: CostLine, _ t: Double) -> Complex {
    guard line.audioMean > 0 else { return .one }
    let variance = line.audioSpread * line.audioSpread
    guard variance > 0 else { return .turn(t * line.audioMean) }
    let scale = variance / line.audioMean
    let shape = line.audioMean / scale
    let logarithm = Complex(real: 1, imaginary: -t * scale).logarithm(near: 0)
    return logarithm.scaled(by: -shape).exponential
  }
}
