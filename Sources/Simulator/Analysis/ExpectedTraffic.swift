import CostModel

/// How many calls (or flows) the users of a plan make, and when: volumes without draws.
struct ExpectedTraffic: Sendable {
  /// Users who are alike in account plan and activity.
  struct Group: Sendable {
    var accountPlan: Int
    var weight: Double
    /// A fraction where a lognormal activity is cut into cells.
    var users: Double
  }
  /// Users who differ in nothing but what is drawn.
  struct Kind: Sendable {
    var accountPlan: Int
    /// As far as it is dealt.
    var weight: Double
    var users: Double
  }
  /// Moments of the period at which every workload runs at the same pace.
  struct TimeClass: Sendable {
    /// Months of a workload's volume made in a second, by workload.
    var pace: [Double]
    var seconds: Double
  }

  let users: Int
  let accountPlanNames: [String]
  /// Of the period.
  let months: Double
  /// The same by workload, with what its surges add.
  let volumeMonths: [Double]
  /// Users of each account plan.
  let usersOfPlan: [Double]
  let groups: [Group]
  let kinds: [Kind]
  /// Coefficient of variation of the drawn weights; 0 where weights are dealt.
  let activityCV: Double
  let timeClasses: [TimeClass]
  /// Expected calls (flows) a month by workload and account plan.
  let flows: [[Double]]
  /// Calls a month of a user of weight 1, by workload and account plan.
  let volumes: [[Double]]

  init(scenario: Scenario, users: Int) {
    self.users = users
    accountPlanNames = scenario.users.accountPlans.map(\.name)
    months = Double(scenario.period.months.count)
    let plans = max(1, accountPlanNames.count)
    let deal = UserDeal(population: scenario.users, users: users)
    let planOf = (0..<users).map { deal.accountPlan.isEmpty ? 0 : Int(deal.accountPlan[$0]) }
    usersOfPlan = (0..<plans).map { plan in Double(planOf.count { $0 == plan }) }
    let names = accountPlanNames
    volumes = scenario.workloads.map { workload in
      names.isEmpty
        ? [workload.volume]
        : names.map { workload.volume * (workload.volumeByAccountPlan[$0] ?? 1) }
    }
    if case .lognormal(let cv) = scenario.users.activity { activityCV = cv } else { activityCV = 0 }
    groups = Self.groups(deal, planOf: planOf, of: usersOfPlan, cv: activityCV)
    kinds = Self.dealt(deal, planOf: planOf)
    timeClasses = Self.timeClasses(scenario)
    volumeMonths = scenario.workloads.map {
      $0.profile.surges.isEmpty
        ? Double(scenario.period.months.count)
        : Timeline(period: scenario.period, profile: $0.profile).length
    }
    var flows: [[Double]] = []
    for (workload, volume) in zip(scenario.workloads, volumes) {
      let isExact = workload.arrivals == .exact && activityCV == 0
      flows.append(Self.flows(volume, deal: deal, planOf: planOf, plans: plans, isExact: isExact))
    }
    self.flows = flows
  }

  private static func groups(
    _ deal: UserDeal, planOf: [Int], of usersOfPlan: [Double], cv: Double
  ) -> [Group] {
    guard cv == 0 else {
      let cells = Lognormal.activityCells(cv: cv)
      return usersOfPlan.indices.flatMap { plan in
        cells.map {
          Group(accountPlan: plan, weight: $0.weight, users: $0.share * usersOfPlan[plan])
        }
      }
    }
    return dealt(deal, planOf: planOf).map {
      Group(accountPlan: $0.accountPlan, weight: $0.weight, users: $0.users)
    }
  }

  private static func dealt(_ deal: UserDeal, planOf: [Int]) -> [Kind] {
    var result: [Kind] = []
    for (user, plan) in planOf.enumerated() {
      let weight = deal.weight(of: user)
      if let known = result.firstIndex(where: { $0.accountPlan == plan && $0.weight == weight }) {
        result[known].users += 1
      } else {
        result.append(Kind(accountPlan: plan, weight: weight, users: 1))
      }
    }
    return result
  }

  /// Exact arrivals make whole numbers of calls, whose running sum is the rounded running mean.
  private static func flows(
    _ volume: [Double], deal: UserDeal, planOf: [Int], plans: Int, isExact: Bool
  ) -> [Double] {
    var result = Array(repeating: 0.0, count: plans)
    var sum = 0.0
    for (user, plan) in planOf.enumerated() {
      let mean = volume[plan] * deal.weight(of: user)
      let before = (sum + 0.5).rounded(.down)
      sum += mean
      result[plan] += isExact ? (sum + 0.5).rounded(.down) - before : mean
    }
    return result
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
        classes.append(TimeClass(pace: profileOf.map { _ in 0 }, seconds: 0))
      }
      // Months until all are added up.
      for (workload, profile) in profileOf.enumerated() {
        classes[place].pace[workload] += months[profile]
      }
      classes[place].seconds += seconds
    }
    return classes.map { time in
      TimeClass(pace: time.pace.map { $0 / time.seconds }, seconds: time.seconds)
    }
  }
}

extension TrafficProfile {
  /// Whether traffic is the same at all hours of all days.
  var isFlat: Bool {
    Set(hours).count == 1 && Set(weekdays).count == 1 && surges.isEmpty
  }
}
