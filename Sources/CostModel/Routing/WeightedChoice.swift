/// One model of a decision, with the running sum of the shares up to it.
@frozen
@usableFromInline
struct WeightedChoice: Sendable {
  @usableFromInline let upTo: Double
  @usableFromInline let model: ModelID

  init(_ model: ModelID, upTo: Double) {
    self.model = model
    self.upTo = upTo
  }

  /// Models without weight are never chosen, so they are left out.
  static func choices(of choice: Policy.Choice) -> [WeightedChoice] {
    switch choice {
    case .logged: return []
    case .model(let model): return [WeightedChoice(model, upTo: 1)]
    case .weighted(let models):
      let positive = models.filter { $0.weight > 0 }
      let total = positive.reduce(0) { $0 + $1.weight }
      precondition(total > 0, "checked by the reader")
      var sum = 0.0
      return positive.enumerated().map { place, item in
        sum += item.weight
        return WeightedChoice(item.model, upTo: place == positive.count - 1 ? 1 : sum / total)
      }
    }
  }
}
