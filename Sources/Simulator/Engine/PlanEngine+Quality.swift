import CostModel
import Scenarios

/// What people make of an answer; nothing of a failed call.
package struct CallQuality: BitwiseCopyable {
  package var isRated = false
  package var isSatisfied = false
  package var isMessage = false
  package var isConverted = false

  package init() {}

  /// As a log tells it.
  package init(_ logged: LoggedQuality) {
    (isRated, isSatisfied) = (logged.feedback >= 0, logged.feedback == 1)
    (isMessage, isConverted) = (logged.converted >= 0, logged.converted == 1)
  }
}

extension QualityValues {
  fileprivate mutating func note(_ opinion: CallQuality) {
    if opinion.isRated { self[.satisfaction] = opinion.isSatisfied ? 1 : 0 }
    if opinion.isMessage { self[.conversion] = opinion.isConverted ? 1 : 0 }
  }
}

/// How a call came out at its last outcome.
package struct CallEnd: BitwiseCopyable {
  package var number: Int64
  /// Microseconds since its arrival; negative: it failed.
  package var latency: Int64
  /// Microseconds of the target that answered; negative: none did.
  package var own: Int64 = -1
  /// Where it counts.
  package var row: Int
  package var day: Int
  /// Picodollars.
  package var cost: Int64 = 0
  package var cache: CallRecord.Cache
  package var at: Int64

  package var isFailed: Bool { latency < 0 }
}

/// What people make of calls, and of those of experiments in particular.
extension PlanEngine {
  /// A call's last outcome is told to all that look at calls one by one, however it came out.
  @inline(__always)
  package mutating func noteEnd(_ call: CallPointer, _ kind: CallClassPointer, _ end: CallEnd) {
    if observers.quality.isOn { noteReception(call, kind, end) }
    if observers.hasRollingAlerts { noteCounts(call, kind, end) }
    if observers.hasExperiments { noteVariant(call, kind, end) }
    guard observers.watchesHours else { return }
    if end.cache == .hit {
      observers.hours.addHit(row: end.row, latency: end.latency, at: end.at)
    } else {
      observers.hours.addEnd(
        row: end.row, latency: end.latency, own: end.own < 0 ? nil : end.own,
        isFailed: end.isFailed,
        missedAt: end.cache == .off ? nil : ledger.row(ofModel: Int(call.pointee.routed)),
        at: end.at)
    }
  }

  /// What a log tells of a call that counts at that row, before its end is noted.
  @inline(__always)
  package mutating func noteFact(
    _ fact: UnsafePointer<LoggedFields>, kind: CallClassPointer, row: Int
  ) {
    if fact.pointee.msgs >= 0 { ledger.addMsgs(fact.pointee.msgs, kind: kind, row: row) }
    if observers.quality.isOn {
      (logged.quality, logged.msgs) = (fact.pointee.quality, fact.pointee.msgs)
    }
  }

  /// Tells the rolling alerts; of opinions too, where nobody tells more.
  @inline(__always)
  private mutating func noteCounts(_ call: CallPointer, _ kind: CallClassPointer, _ end: CallEnd) {
    var counts = CallCounts()
    counts[.calls] = 1
    counts[.failed] = end.isFailed ? 1 : 0
    counts[.hits] = end.cache == .hit ? 1 : 0
    counts[.lookups] = end.cache == .off ? 0 : 1
    observers.rolling.add(counts, latency: end.latency, at: end.at)
    guard observers.rolling.watchesQuality, !observers.quality.isOn else { return }
    var values = QualityValues()
    values.note(quality(of: call, number: end.number, kind: kind, isAnswered: !end.isFailed))
    observers.rolling.add(values, isFailed: end.isFailed, at: end.at)
  }

  /// Tells the experiment that the call is part of, if it is.
  @inline(never)
  private mutating func noteVariant(_ call: CallPointer, _ kind: CallClassPointer, _ end: CallEnd) {
    guard kind.pointee.arm >= 0 else { return }
    let quality = quality(of: call, number: end.number, kind: kind, isAnswered: !end.isFailed)
    observers.experiments.add(
      ExperimentTally.Ended(
        user: call.pointee.user, flow: call.pointee.flow, latency: end.latency, cost: end.cost,
        quality: quality),
      arm: kind.pointee.arm)
  }

  /// What is drawn for the call's answer.
  @inline(__always)
  package mutating func quality(
    of call: CallPointer, number: Int64, kind: CallClassPointer, isAnswered: Bool
  ) -> CallQuality {
    var result = CallQuality()
    if call.pointee.fact >= 0, observers.quality.isOn {
      return isAnswered ? CallQuality(logged.quality) : result
    }
    guard isAnswered, kind.pointee.satisfaction >= 0 || kind.pointee.conversion >= 0 else {
      return result
    }
    let word = drawBlock(.outcome, call, number: number)
    result.isRated = kind.pointee.satisfaction >= 0 && word.1.unit < kind.pointee.ratedShare
    result.isSatisfied = result.isRated && word.2.unit < kind.pointee.satisfaction
    result.isMessage = kind.pointee.conversion >= 0
    result.isConverted = result.isMessage && word.3.unit < kind.pointee.conversion
    return result
  }

  /// All that is told of the call's answer, where somebody asks for it: into quality.csv, the alerts and
  /// the per-call ledger.
  @inline(never)
  private mutating func noteReception(_ call: CallPointer, _ kind: CallClassPointer, _ end: CallEnd)
  {
    let values =
      call.pointee.fact >= 0
      ? loggedValues(isFailed: end.isFailed)
      : drawnValues(call, number: end.number, kind: kind, isFailed: end.isFailed)
    let isTold = call.pointee.fact >= 0 && logged.msgs >= 0
    observers.quality.add(
      values, call, useCase: kind.pointee.useCase, row: end.row, day: end.day,
      isFailed: end.isFailed,
      msgs: isTold ? logged.msgs : compiled.groups[Int(kind.pointee.group)].msgs)
    if observers.hasRollingAlerts {
      observers.rolling.add(values, isFailed: end.isFailed, at: end.at)
    }
    observers.log?.update(end.number) { $0.quality = values }
  }

  private func loggedValues(isFailed: Bool) -> QualityValues {
    guard isFailed else { return logged.quality.values }
    var values = QualityValues()
    values[.technicalError] = 1
    return values
  }

  private mutating func drawnValues(
    _ call: CallPointer, number: Int64, kind: CallClassPointer, isFailed: Bool
  ) -> QualityValues {
    var values = QualityValues()
    values[.technicalError] = isFailed ? 1 : 0
    guard !isFailed else { return values }
    let opinion = quality(of: call, number: number, kind: kind, isAnswered: true)
    values.note(opinion)
    let rates = compiled.qualities[Int(call.pointee.kind)]
    if rates.drawsReception {
      let word = drawBlock(.reception, call, number: number)
      receive(rates, kind, word, opinion, &values)
    }
    guard rates.drawsFlaws else { return values }
    let word = drawBlock(.flaws, call, number: number)
    for (metric, rate, draw) in [
      (QualityMetric.hallucination, rates.hallucination, word.0),
      (.inappropriate, rates.inappropriate, word.1),
      (.technicalError, rates.technicalError, word.2),
    ] where rate >= 0 {
      values[metric] = draw.unit < rate ? 1 : 0
    }
    return values
  }

  /// What sells has been sent; the others make up the stated share. Only what is sent can engage, and
  /// only who is engaged responds.
  private func receive(
    _ rates: CompiledQuality, _ kind: CallClassPointer, _ word: SplitMix.Block,
    _ opinion: CallQuality, _ values: inout QualityValues
  ) {
    if rates.sent >= 0 {
      let sold = max(0, kind.pointee.conversion)
      let others = sold < 1 ? (rates.sent - sold) / (1 - sold) : 1
      values[.sent] = opinion.isConverted || word.0.unit < others ? 1 : 0
    }
    guard values[.sent] != 0 else { return }
    if rates.engagement >= 0 {
      values[.engagement] = word.1.unit < rates.engagement ? 1_000_000 : 0
    }
    guard values[.engagement] != 0, let responseTime = rates.responseTime else { return }
    values[.responseTime] = compiled.tables.draw(responseTime, word.2)
  }
}
