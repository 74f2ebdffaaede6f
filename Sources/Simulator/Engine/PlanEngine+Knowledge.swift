import CostModel

/// The knowledge base: what sells is kept, and answers requests to come (docs/semantics.md, "Knowledge
/// base").
extension PlanEngine {
  /// An answered call teaches, if it converts.
  @inline(never)
  package mutating func learn(from call: CallPointer, number: Int64, _ kind: CallClassPointer) {
    if quality(of: call, number: number, kind: kind, isAnswered: true).isConverted {
      result.knownConversions += 1
    }
  }

  /// Whether the knowledge base takes a call that the response cache has not answered: alone, or with
  /// a smaller prompt to a model.
  @inline(never)
  package mutating func askKnowledge(_ call: CallPointer, _ kind: CallClassPointer) -> Bool {
    guard let knowledge else { return false }
    let share = knowledge.share(known: knowledge.known + Double(result.knownConversions))
    guard drawBlock(.knowledge, call, number: result.calls).0.unit < share else { return false }
    result.knownCalls += 1
    if knowledge.prompt != nil {
      var shorter = call.pointee
      shorter.input = knowledge.shortened(shorter.input, keeping: kind.pointee.extraInput)
      withUnsafePointer(to: shorter) { send($0, kind, nil) }
    } else {
      answerAlone(call, kind)
    }
    return true
  }

  /// As a hit of the response cache, but for the look-up.
  private mutating func answerAlone(_ call: CallPointer, _ kind: CallClassPointer) {
    let at = call.pointee.time + lookup.latency
    let row = ledger.row(ofModel: Int(call.pointee.routed))
    result.latency.add(lookup.latency, count: 1)
    ledger.addCall(
      kind: kind, row: row, day: day, user: call.pointee.user, isHit: false)
    if kind.pointee.sells { observers.returns.add(call) }
    let latency = lookup.latency
    observers.log?.update(result.calls) { record in
      record.latency = latency
      record.hasEnded = true
    }
    if result.calls == observers.watched {
      observers.trace?.finish(
        CallTrace.End(
          at: SimTime(microseconds: at), answer: .knowledge, attempts: 0, skipped: 0, queued: .zero,
          storedUntil: nil))
    }
    noteEnd(
      call, kind,
      CallEnd(
        number: result.calls, latency: latency, row: row, day: day,
        cache: kind.pointee.cacheMode == .off ? .off : .miss, at: at))
    learn(from: call, number: result.calls, kind)
    if call.pointee.flow >= 0 { answerFlow(call) }
  }
}
