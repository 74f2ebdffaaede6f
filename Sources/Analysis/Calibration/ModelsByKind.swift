import CostModel

/// Whether one set of weights for each use case tells which model gets a call: not if the models
/// of a use case get calls of different sizes, or of different kinds.
package struct ModelsByKind {
  private let sketch: LogSketch

  package init(_ sketch: LogSketch) { self.sketch = sketch }

  /// An attribute that the log does not use, to name the model; nil where weights do.
  package var distinguishing: Attribute? {
    // All calls of a conversation are of one kind.
    let single = sketch.workloads.indices.filter { !sketch.isConversation($0) }
    let differs = single.contains { number in
      let cells = sketch.cells(ofWorkload: number).filter { $0.model != nil }
      return Set(cells.map(\.model)).count > 1 && (sizesDiffer(cells) || sharesDiffer(cells))
    }
    guard differs else { return nil }
    return [Attribute.segment, .taskType, .action, .budget, .priority].first { attribute in
      sketch.kinds.allSatisfy { $0[attribute] == nil }
    }
  }

  private func sizesDiffer(_ cells: [CallCell]) -> Bool {
    for kind in Set(cells.map(\.kind)) {
      let own = cells.filter { $0.kind == kind }
      let all = CallCell.merged(own)
      for cell in own where cell.calls < all.calls {
        for size in [\CallCell.input, \.output, \.reasoning, \.audio]
        where differs(cell[keyPath: size], all[keyPath: size]) {
          return true
        }
      }
    }
    return false
  }

  /// Four standard errors apart.
  private func differs(_ part: SizeSketch, _ all: SizeSketch) -> Bool {
    guard part.count > 1, all.count > part.count else { return false }
    let error = (all.variance / Double(part.count)).squareRoot()
    return abs(part.mean - all.mean) > max(4 * error, 1e-9)
  }

  /// χ² of kinds against models, five standard deviations beyond chance.
  private func sharesDiffer(_ cells: [CallCell]) -> Bool {
    let total = cells.reduce(0.0) { $0 + Double($1.calls) }
    var kinds: [Int: Double] = [:]
    var models: [ModelID?: Double] = [:]
    var seen: [Int: [ModelID?: Double]] = [:]
    for cell in cells {
      kinds[cell.kind, default: 0] += Double(cell.calls)
      models[cell.model, default: 0] += Double(cell.calls)
      seen[cell.kind, default: [:]][cell.model, default: 0] += Double(cell.calls)
    }
    var square = 0.0
    for (kind, calls) in kinds.sorted(by: { $0.key < $1.key }) {
      for (model, weight) in models.sorted(by: { $0.value < $1.value }) {
        let expected = calls * weight / total
        let difference = (seen[kind]?[model] ?? 0) - expected
        square += difference * difference / expected
      }
    }
    let freedom = Double((kinds.count - 1) * (models.count - 1))
    return freedom > 0 && square > freedom + 5 * (2 * freedom).squareRoot()
  }
}
