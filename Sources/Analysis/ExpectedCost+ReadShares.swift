import Scenarios

extension ExpectedCost {
  /// Share of the input that is read from providers' caches, by row of caching.csv; nothing of calls
  /// that may go to several targets.
  package var readShares: [Expectation.ReadShareKey: Double] {
    var sums: [Expectation.ReadShareKey: (read: Double, input: Double)] = [:]
    var unknown: Set<Expectation.ReadShareKey> = []
    for call in calls {
      let kind = call.variant.turnKind
      let workload = scenario.workloads[call.workload]
      guard (workload.conversation == nil) == (kind == nil) else { continue }
      for (place, target) in call.chain.enumerated() {
        let key = Expectation.ReadShareKey(
          workload: workload.name, kind: kind?.name ?? "call", model: target.name)
        if place > 0 {
          if call.attempts[place] > 0 { unknown.insert(key) }
          continue
        }
        if kind == nil, target.failure > 0 { unknown.insert(key) }
        let made =
          traffic.volumeMonths[call.workload] * traffic.flows[call.workload][call.accountPlan]
          * call.perFlow * (1 - call.hitRate)
        let read = target.split?.read ?? target.prefixHit * target.prefixRead
        sums[key, default: (0, 0)].read += made * read
        sums[key, default: (0, 0)].input += made * call.shape.meanInput
      }
    }
    return sums.filter { $0.value.input > 0 && !unknown.contains($0.key) }
      .mapValues { $0.read / $0.input }
  }
  /// The same of all input of models that keep prompts; nil where calls may go to several targets, or
  /// there are no such models.
  package var readShare: Double? {
    var (read, input) = (0.0, 0.0)
    for call in calls where call.chain.contains(where: keepsPrompts) {
      guard let target = call.chain.first else { continue }
      let made =
        traffic.volumeMonths[call.workload] * traffic.flows[call.workload][call.accountPlan]
        * call.perFlow * (1 - call.hitRate)
      let isAlone = target.failure == 0 && target.tooLong == 0 && keepsPrompts(target)
      guard isAlone || made == 0 || call.variant.turnKind != nil else { return nil }
      read += made * (target.split?.read ?? target.prefixHit * target.prefixRead)
      input += made * call.shape.meanInput
    }
    return input > 0 ? read / input : nil
  }

  private func keepsPrompts(_ target: ExpectedCall.Target) -> Bool {
    scenario.behaviours[target.model.index].promptCache.map { $0.ttl > .zero } ?? false
  }
}
