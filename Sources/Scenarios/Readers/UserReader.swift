import CostModel
import Support

/// Reads who the users are, how many of them there are, and when they are active.
package struct UserReader {
  /// Closed forms deal every user a weight, too.
  package static let maximumUsers = Int64(InputLimit.users.value)

  package let log: InputLog

  package func plans(_ nodes: [YAMLNode], at place: Place) -> [PlanSpec] {
    var plans: [PlanSpec] = []
    for node in nodes {
      guard let plan = plan(node) else { continue }
      if plans.contains(where: { $0.name == plan.name }) {
        log.add(node.place, "two plans are named '\(plan.name)'")
      }
      plans.append(plan)
    }
    if nodes.isEmpty { log.add(place, "expected at least one plan") }
    return plans
  }

  private func plan(_ node: YAMLNode) -> PlanSpec? {
    if case .scalar = node.content {
      return log.count(node, in: 1...Self.maximumUsers).map {
        PlanSpec(name: "users-\($0)", users: Int($0))
      }
    }
    guard let fields = Fields(node, as: ScenarioFormat.plan, log: log),
      let users = fields.count("users", in: 1...Self.maximumUsers)
    else { return nil }
    return PlanSpec(name: fields.text("name") ?? "users-\(users)", users: Int(users))
  }

  package func population(_ node: YAMLNode) -> UserPopulation {
    var users = UserPopulation()
    guard let fields = Fields(node, as: ScenarioFormat.users, log: log) else { return users }
    users.activity = fields["activity"].flatMap(activity) ?? .equal
    for entry in fields.entries("account_plans") {
      guard let share = log.share(entry.value) else { continue }
      users.accountPlans.append(UserPopulation.AccountPlan(name: entry.key, share: share))
    }
    for entry in fields.entries("subscriptions") {
      let names = users.accountPlans.map(\.name)
      if !names.contains(entry.key) {
        log.unknown("account plan", entry.key, at: entry.keyPlace, among: names)
      }
      users.subscriptions[entry.key] = log.revenue(entry.value)
    }
    if let rogue = fields.fields("rogue", as: ScenarioFormat.rogue) {
      users.rogue = rogue.number("factor", in: 0...1_000_000)
        .map { UserPopulation.Rogue(factor: $0) }
    }
    if let node = fields["account_plans"], !users.accountPlans.isEmpty {
      log.checkSum(users.accountPlans.map(\.share), of: "the account plans", at: node.place)
    }
    return users
  }

  private func activity(_ node: YAMLNode) -> UserPopulation.Activity? {
    if log.isWord(node, "equal") { return .equal }
    guard let fields = Fields(node, as: ScenarioFormat.activity, log: log) else { return nil }
    if fields.has("cv") == fields.has("classes") {
      log.add(node.place, "expected either 'cv' or 'classes'")
      return nil
    }
    if fields.has("cv") {
      return fields.number("cv", in: 0...100).map { $0 == 0 ? .equal : .lognormal(cv: $0) }
    }
    return classes(fields)
  }

  private func classes(_ fields: Fields) -> UserPopulation.Activity? {
    let classes = fields.entries("classes").compactMap { entry -> UserPopulation.ActivityClass? in
      guard let own = Fields(entry.value, as: ScenarioFormat.activityClass, log: log),
        let share = own.share("share"), let weight = own.number("weight", in: 0...1_000_000)
      else { return nil }
      return UserPopulation.ActivityClass(name: entry.key, share: share, weight: weight)
    }
    guard let place = fields["classes"]?.place, classes.count == fields.entries("classes").count
    else { return nil }
    log.checkSum(classes.map(\.share), of: "the activity classes", at: place)
    let mean = classes.reduce(0) { $0 + $1.share * $1.weight }
    guard mean > 0 else {
      log.add(place, "some users must have a weight above 0")
      return nil
    }
    return .classes(
      classes.map {
        UserPopulation.ActivityClass(name: $0.name, share: $0.share, weight: $0.weight / mean)
      })
  }
}

/// Reads when calls arrive.
package struct TrafficReader {
  package let log: InputLog
  package let local: LocalTime

  /// A workload's traffic says key by key what differs from the scenario's.
  package func read(
    _ node: YAMLNode, over base: (TrafficProfile, ArrivalProcess)
  ) -> (TrafficProfile, ArrivalProcess) {
    guard let fields = Fields(node, as: ScenarioFormat.traffic, log: log) else { return base }
    var (profile, arrivals) = base
    if let hours = fields["hours"].flatMap({ weights($0, count: 24) }) { profile.hours = hours }
    if let days = fields["weekdays"].flatMap({ weights($0, count: 7) }) { profile.weekdays = days }
    if let node = fields["arrivals"] { arrivals = process(node) ?? arrivals }
    if fields.has("surges") { profile.surges = fields.list("surges").compactMap(surge) }
    return (profile, arrivals)
  }

  private func surge(_ node: YAMLNode) -> Surge? {
    guard let fields = Fields(node, as: ScenarioFormat.surge, log: log),
      let window = fields.window(local), let factor = fields.number("factor", in: 0...1_000_000)
    else { return nil }
    return Surge(from: window.start, to: window.end, factor: factor)
  }

  private func weights(_ node: YAMLNode, count: Int) -> [Double]? {
    guard let items = log.list(node) else { return nil }
    guard items.count == count else {
      log.add(node.place, "expected \(count) weights, not \(items.count)")
      return nil
    }
    let weights = items.compactMap { log.number($0, in: 0...1_000_000) }
    guard weights.count == count else { return nil }
    if weights.allSatisfy({ $0 == 0 }) {
      log.add(node.place, "at least one weight must be above 0")
      return nil
    }
    return weights
  }

  private func process(_ node: YAMLNode) -> ArrivalProcess? {
    switch node.content {
    case .scalar("poisson", _): return .poisson
    case .scalar("exact", _): return .exact
    case .scalar(let text, _):
      log.add(
        node.place, "expected poisson, exact or {gamma: {cv: 2}}, not '\(text)'",
        hint: NearestName.hint(for: text, among: ["poisson", "exact", "gamma"]))
      return nil
    default: break
    }
    guard let fields = Fields(node, as: ScenarioFormat.arrivals, log: log),
      let gamma = fields.fields("gamma", as: ScenarioFormat.gamma)
    else { return nil }
    return gamma.number("cv", in: 0.01...100).map { $0 == 1 ? .poisson : .gamma(cv: $0) }
  }
}
