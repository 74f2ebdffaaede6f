import CostModel
import Scenarios
import Support

/// Counts what the variants of experiments come to, by those who were given them: users, or calls.
package struct ExperimentTally: Sendable {
  /// A call that has ended.
  package struct Ended {
    package var user: UInt32
    /// Slot of its flow; negative: none.
    package var flow: Int32
    /// Microseconds; negative: it failed.
    package var latency: Int64
    /// Picodollars.
    package var cost: Int64
    package var quality: CallQuality
  }

  /// What a user, a flow or a call adds to its variant.
  fileprivate struct Cluster: Sendable {
    /// Negative: no call so far.
    var arm: Int16 = -1
    var calls: Int64 = 0
    var answered: Int64 = 0
    var messages: Int64 = 0
    var conversions: Int64 = 0
    var rated: Int64 = 0
    var satisfied: Int64 = 0
    var latency: Int64 = 0
    var cost = MoneySum.zero

    mutating func add(_ call: Ended, arm: Int16) {
      self.arm = arm
      calls += 1
      cost += Money(picodollars: call.cost)
      guard call.latency >= 0 else { return }
      answered += 1
      latency += call.latency
      messages += call.quality.isMessage ? 1 : 0
      conversions += call.quality.isConverted ? 1 : 0
      rated += call.quality.isRated ? 1 : 0
      satisfied += call.quality.isSatisfied ? 1 : 0
    }
  }

  private struct Place: Sendable {
    var experiment: Int
    var isByUser: Bool
  }

  /// By variant of all experiments, one after the other.
  private var places: [Place] = []
  private var arms: [ArmResult] = []
  private let users: Int
  /// By experiment, then user, where users are given variants.
  private var ofUsers: [Cluster]
  /// By variant, then user, where calls are: whether the user has had one.
  private var seen: [Bool]
  /// By slot, of flows that have not ended.
  private var ofFlows: [Cluster] = []

  package init(_ experiments: [Experiment], users: Int) {
    self.users = users
    for (number, experiment) in experiments.enumerated() {
      for _ in experiment.arms {
        places.append(Place(experiment: number, isByUser: experiment.unit == .user))
        arms.append(ArmResult())
      }
    }
    let isByUser = experiments.contains { $0.unit == .user }
    let isByCall = experiments.contains { $0.unit == .call }
    ofUsers = Array(repeating: Cluster(), count: isByUser ? experiments.count * users : 0)
    seen = Array(repeating: false, count: isByCall ? arms.count * users : 0)
  }

  package mutating func add(_ call: Ended, arm: Int16) {
    let place = places[Int(arm)]
    count(call, arm: Int(arm))
    if place.isByUser {
      return ofUsers[place.experiment * users + Int(call.user)].add(call, arm: arm)
    }
    let user = Int(arm) * users + Int(call.user)
    if !seen[user] {
      seen[user] = true
      arms[Int(arm)].users += 1
    }
    guard call.flow >= 0 else {
      var cluster = Cluster()
      cluster.add(call, arm: arm)
      return fold(cluster)
    }
    while ofFlows.count <= Int(call.flow) { ofFlows.append(Cluster()) }
    ofFlows[Int(call.flow)].add(call, arm: arm)
  }

  private mutating func count(_ call: Ended, arm: Int) {
    arms[arm].calls += 1
    arms[arm].cost += Money(picodollars: call.cost)
    if call.latency >= 0 { arms[arm].latency.add(call.latency) }
    arms[arm].messages += call.quality.isMessage ? 1 : 0
    arms[arm].conversions += call.quality.isConverted ? 1 : 0
    arms[arm].rated += call.quality.isRated ? 1 : 0
    arms[arm].satisfied += call.quality.isSatisfied ? 1 : 0
  }

  /// The flow's slot is free for another one.
  package mutating func endFlow(_ slot: Int32) {
    guard ofFlows.indices.contains(Int(slot)) else { return }
    fold(ofFlows[Int(slot)])
    ofFlows[Int(slot)] = Cluster()
  }

  private mutating func fold(_ cluster: Cluster) {
    guard cluster.arm >= 0 else { return }
    arms[Int(cluster.arm)].add(cluster)
  }

  /// Everything has ended.
  package mutating func results() -> [ExperimentResult] {
    for cluster in ofUsers where cluster.arm >= 0 {
      arms[Int(cluster.arm)].users += 1
      fold(cluster)
    }
    var results: [ExperimentResult] = []
    for (place, arm) in zip(places, arms) {
      if place.experiment == results.count { results.append(ExperimentResult(arms: [])) }
      results[place.experiment].arms.append(arm)
    }
    return results
  }
}

extension ArmResult {
  fileprivate mutating func add(_ cluster: ExperimentTally.Cluster) {
    costByCall.add(size: cluster.calls, total: Double(cluster.cost.picodollars))
    latencyByCall.add(size: cluster.answered, total: Double(cluster.latency))
    conversionByMessage.add(size: cluster.messages, total: Double(cluster.conversions))
    satisfactionByRating.add(size: cluster.rated, total: Double(cluster.satisfied))
  }
}
