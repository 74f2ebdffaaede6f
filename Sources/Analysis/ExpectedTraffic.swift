import CostModel
import Scenarios
import Simulator
import Support

/// How many calls (or flows) the users of a plan make, and when: volumes without draws.
package struct ExpectedTraffic: Sendable {
  /// Users who are alike in account plan and activity.
  package struct Group: Sendable {
    package var accountPlan: Int
    package var weight: Double
    /// A fraction where a lognormal activity is cut into cells.
    package var users: Double
  }
  /// Moments of the period at which every workload runs at the same pace.
  package struct TimeClass: Sendable {
    /// Months of a workload's volume made in a second, by workload.
    package var pace: [Double]
    package var seconds: Double
    /// The first of these clock hours.
    package var firstHour = SimTime.distantPast
  }

  package let users: Int
  package let accountPlanNames: [String]
  /// Of the period.
  package let months: Double
  /// The same by workload, with what its surges add.
  package let volumeMonths: [Double]
  /// Users of each account plan.
  package let usersOfPlan: [Double]
  package let groups: [Group]
  /// Users who differ in nothing but what is drawn; a rogue among drawn activities is none of them.
  package let kinds: [Group]
  /// Coefficient of variation of the drawn weights; 0 where weights are dealt.
  package let activityCV: Double
  package let timeClasses: [TimeClass]
  /// Expected calls (flows) a month by workload and account plan.
  package let flows: [[Double]]
  /// Calls a month of a user of weight 1, by workload and account plan.
  package let volumes: [[Double]]
  /// Whether the number of calls is stated to the unit, by workload.
  private let areExact: [Bool]

  package init(scenario: Scenario, users: Int) {
    self.users = users
    accountPlanNames = scenario.users.accountPlans.map(\.name)
    months = Double(scenario.period.months.count)
    let plans = max(1, accountPlanNames.count)
    let rates = scenario.callRates
    let deal = UserAllocation(population: scenario.users, users: users, rates: rates)
    usersOfPlan = (0..<plans).map { plan in
      deal.groups.reduce(0) { $0 + (($1.accountPlan ?? 0) == plan ? Double($1.users) : 0) }
    }
    let names = accountPlanNames
    let factors = scenario.workloads.map { workload in
      names.isEmpty ? [1] : names.map { workload.volumeByAccountPlan[$0] ?? 1 }
    }
    volumes = zip(scenario.workloads, factors).map { workload, factors in
      let scale = workload.volume * deal.volumeScale(factors: factors)
      return factors.map { scale * $0 }
    }
    areExact = scenario.workloads.map { $0.arrivals == .exact }
    if case .lognormal(let cv) = scenario.users.activity { activityCV = cv } else { activityCV = 0 }
    var groups = Self.groups(deal, hasRogue: activityCV == 0)
    kinds = groups
    var rogues: [Group] = []
    if activityCV > 0 {
      rogues = Self.rogues(scenario, deal, of: usersOfPlan, rates, cv: activityCV)
      self.groups = Self.drawn(groups, cv: activityCV) + rogues
      groups += rogues
    } else {
      self.groups = groups
    }
    timeClasses = Self.timeClasses(scenario)
    volumeMonths = scenario.workloads.map {
      $0.profile.surges.isEmpty
        ? Double(scenario.period.months.count)
        : Timeline(period: scenario.period, profile: $0.profile).length
    }
    var flows: [[Double]] = []
    for (number, workload) in scenario.workloads.enumerated() {
      guard workload.arrivals == .exact else {
        flows.append(Self.flows(groups, volume: volumes[number]))
        continue
      }
      let stated = workload.volume * deal.statedUsers(factors: factors[number])
      flows.append(
        Self.exactFlows(
          deal, drawn: activityCV > 0 ? rogues : nil, volume: volumes[number], stated: stated,
          users: users, months: scenario.period.months.count))
    }
    self.flows = flows
  }

  /// As they are dealt: a rogue whose activity is dealt is a group of its own.
  private static func groups(_ deal: UserAllocation, hasRogue: Bool) -> [Group] {
    var result: [Group] = []
    for group in deal.groups {
      result.append(
        Group(
          accountPlan: group.accountPlan ?? 0, weight: group.weight, users: Double(group.users)))
    }
    guard hasRogue, let rogue = deal.rogueUser else { return result }
    let plan = deal.accountPlan.isEmpty ? 0 : Int(deal.accountPlan[rogue])
    let weight = deal.dealtWeight(of: rogue)
    for place in result.indices
    where result[place].accountPlan == plan && result[place].weight == weight {
      result[place].users -= 1
      break
    }
    result.append(Group(accountPlan: plan, weight: deal.weight(of: rogue), users: 1))
    return result.filter { $0.users > 0 }
  }

  /// What a rogue adds where activities are drawn, by account plan: which user it is is not known, so
  /// that the expected activity of the heaviest is shared out.
  private static func rogues(
    _ scenario: Scenario, _ deal: UserAllocation, of usersOfPlan: [Double], _ rates: [CallRate],
    cv: Double
  ) -> [Group] {
    guard let rogue = scenario.users.rogue else { return [] }
    let calls = deal.callsByAccountPlan(rates)
    let parts = usersOfPlan.indices.map { (usersOfPlan[$0], calls.isEmpty ? 1 : calls[$0]) }
    return Lognormal(mean: 1, cv: cv).largest(of: parts).enumerated().compactMap { plan, part in
      part.chance > 0
        ? Group(accountPlan: plan, weight: part.mean * (rogue.factor - 1), users: part.chance)
        : nil
    }
  }

  private static func drawn(_ groups: [Group], cv: Double) -> [Group] {
    let cells = Lognormal.activityCells(cv: cv)
    return groups.flatMap { group in
      cells.map {
        Group(
          accountPlan: group.accountPlan, weight: group.weight * $0.weight,
          users: group.users * $0.share)
      }
    }
  }

  private static func flows(_ groups: [Group], volume: [Double]) -> [Double] {
    groups.reduce(into: volume.map { _ in 0.0 }) { sums, group in
      sums[group.accountPlan] += volume[group.accountPlan] * group.weight * group.users
    }
  }

  /// A month's whole numbers of calls, the mean of all months. Drawn activities move calls from user
  /// to user, but not the total.
  /// - Parameter drawn: what a rogue adds where activities are drawn, on top of what is stated; nil where
  ///   they are dealt.
  private static func exactFlows(
    _ deal: UserAllocation, drawn: [Group]?, volume: [Double], stated: Double, users: Int,
    months: Int
  ) -> [Double] {
    func plan(_ user: Int) -> Int { deal.accountPlan.isEmpty ? 0 : Int(deal.accountPlan[user]) }
    var stated = stated
    if drawn == nil, let rogue = deal.rogueUser {
      stated += volume[plan(rogue)] * (deal.weight(of: rogue) - deal.dealtWeight(of: rogue))
    }
    let weight = drawn == nil ? deal.weight : deal.dealtWeight
    let counts = ExactCounts(
      volumes: (0..<users).map { volume[plan($0)] * weight($0) }, stated: stated, months: months)
    let extra = flows(drawn ?? [], volume: volume)
    func byPlan(_ total: Double) -> [Double] {
      counts.byUser(total).enumerated().reduce(into: volume.map { _ in 0.0 }) {
        $0[plan($1.offset)] += $1.element
      }
    }
    let fewer = byPlan(counts.fewer)
    if counts.isEven { return zip(fewer, extra).map(+) }
    let often = Double(counts.isMore.count { $0 }) / Double(months)
    return zip(zip(fewer, byPlan(counts.more)), extra).map {
      (1 - often) * $0.0 + often * $0.1 + $1
    }
  }

  /// Coefficient of variation of a workload's flows in a month by drawn activities alone.
  package func activitySpread(_ number: Int) -> Double {
    var (sum, squares) = (0.0, 0.0)
    for kind in kinds {
      let flows = volumes[number][kind.accountPlan] * kind.weight
      sum += kind.users * flows
      squares += kind.users * flows * flows
    }
    return sum > 0 ? activityCV * squares.squareRoot() / sum : 0
  }

  /// What a unit of a user's activity adds to a sum over a workload's flows in a month, by account
  /// plan: where the number of flows is stated, a user who makes more leaves fewer to the others.
  /// - Parameter values: of a flow, by account plan.
  package func activityEffect(_ number: Int, values: [Double]) -> [Double] {
    let volume = volumes[number]
    var mean = 0.0
    if areExact[number] {
      let flows = zip(usersOfPlan, volume).map { $0 * $1 }
      let total = flows.reduce(0, +)
      if total > 0 { mean = zip(flows, values).reduce(0.0) { $0 + $1.0 * $1.1 } / total }
    }
    return zip(volume, values).map { $0 * ($1 - mean) }
  }

  private static func timeClasses(_ scenario: Scenario) -> [TimeClass] {
    let hours = Timeline(period: scenario.period, profile: .flat).segments.array
    var profiles: [TrafficProfile] = []
    let profileOf = scenario.workloads.map { workload in
      if let known = profiles.firstIndex(of: workload.profile) { return known }
      profiles.append(workload.profile)
      return profiles.count - 1
    }
    let timelines = profiles.map { Timeline(period: scenario.period, profile: $0) }
    var classes: [TimeClass] = []
    var places: [[Int64]: Int] = [:]
    for hour in hours {
      let seconds = Double(hour.end - hour.start) / 1e6
      let (start, end) = (SimTime(microseconds: hour.start), SimTime(microseconds: hour.end))
      let months = timelines.map { $0.operational(at: end) - $0.operational(at: start) }
      // Whole units of 1e-15 months a second, so that equal paces are found equal.
      let key = months.map { Int64(($0 / seconds * 1e15).rounded()) }
      let place = places[key] ?? classes.count
      places[key] = place
      if place == classes.count {
        classes.append(TimeClass(pace: profileOf.map { _ in 0 }, seconds: 0, firstHour: start))
      }
      // Months until all are added up.
      for (workload, profile) in profileOf.enumerated() {
        classes[place].pace[workload] += months[profile]
      }
      classes[place].seconds += seconds
    }
    return classes.map { time in
      TimeClass(
        pace: time.pace.map { $0 / time.seconds }, seconds: time.seconds,
        firstHour: time.firstHour)
    }
  }
}

extension TrafficProfile {
  /// Whether traffic is the same at all hours of all days.
  package var isFlat: Bool {
    Set(hours).count == 1 && Set(weekdays).count == 1 && surges.isEmpty
  }
}
