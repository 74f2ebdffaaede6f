import CostModel

/// What people make of an answer; nothing of a failed call.
struct CallQuality: BitwiseCopyable {
  var isRated = false
  var isSatisfied = false
  var isMessage = false
  var isConverted = false
}

/// What people make of calls, and of those of experiments in particular.
extension PlanEngine {
  /// The call has ended, after `latency` µs (negative: it failed) and for `cost` picodollars.
  @inline(never)
  mutating func noteVariant(
    _ call: CallPointer, number: Int64, kind: KindPointer, latency: Int64, cost: Int64
  ) {
    guard kind.pointee.arm >= 0 else { return }
    let quality = quality(of: call, number: number, kind: kind, isAnswered: latency >= 0)
    experiments.add(
      ExperimentTally.Ended(
        user: call.pointee.user, flow: call.pointee.flow, latency: latency, cost: cost,
        quality: quality),
      arm: kind.pointee.arm)
  }

  /// What is drawn for the call's answer.
  @inline(__always)
  mutating func quality(
    of call: CallPointer, number: Int64, kind: KindPointer, isAnswered: Bool
  ) -> CallQuality {
    var result = CallQuality()
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
}
