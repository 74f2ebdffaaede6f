import CostModel

/// Reads a scenario file, and everything that it names, into a checked `Scenario`.
///
/// All that is wrong is collected first and thrown at once (`InputErrors`, exit code 2).
struct ScenarioReader {
  private let log = InputLog()
  private let files: ScenarioFiles
  private let path: String

  /// - Parameters:
  ///   - path: the scenario file.
  ///   - overrides: `path=value` each, applied in turn after `extends`.
  ///   - allowOutside: whether files outside the scenario's folder may be named.
  ///   - forReplay: the scenario's own traffic is not used, so what its calls would meet is not
  ///     checked.
  static func read(
    path: String, overrides: [String] = [], allowOutside: Bool = false, forReplay: Bool = false
  ) throws(InputErrors) -> Scenario {
    let reader = ScenarioReader(path: path, allowOutside: allowOutside)
    let scenario = reader.node(overrides).flatMap { reader.read($0, forReplay: forReplay) }
    try reader.log.throwIfAny()
    guard let scenario else {
      throw InputErrors([Diagnostic(file: path, message: "the scenario is incomplete")])
    }
    return scenario
  }

  /// A scenario and, as one piece of YAML, all that it says and names (docs/ci.md, "The baseline").
  static func readWhole(
    path: String, overrides: [String] = [], allowOutside: Bool = false, source: FileSource = .disk
  ) throws(InputErrors) -> (scenario: Scenario, source: YAMLNode) {
    let reader = ScenarioReader(path: path, allowOutside: allowOutside, source: source)
    let node = reader.node(overrides)
    let scenario = node.flatMap { reader.read($0, forReplay: false) }
    try reader.log.throwIfAny()
    guard let scenario, let node else {
      throw InputErrors([Diagnostic(file: path, message: "the scenario is incomplete")])
    }
    return (scenario, reader.inlined(node))
  }

  /// A scenario that stands, whole, within another file.
  static func read(
    _ node: YAMLNode, name: String, in path: String
  ) throws(InputErrors) -> Scenario {
    let reader = ScenarioReader(path: path, allowOutside: false)
    let scenario = reader.read(node, forReplay: false)
    try reader.log.throwIfAny()
    guard var scenario else {
      throw InputErrors([Diagnostic(node.place, "the scenario is incomplete")])
    }
    scenario.name = name
    return scenario
  }

  private init(path: String, allowOutside: Bool, source: FileSource = .disk) {
    self.path = path
    files = ScenarioFiles(scenario: path, allowOutside: allowOutside, log: log, source: source)
  }

  private func node(_ overrides: [String]) -> YAMLNode? {
    files.loadExtended(path).map { Overrides(log: log).apply(overrides, to: $0) }
  }

  /// With the catalog and the policy that it names in their places.
  private func inlined(_ node: YAMLNode) -> YAMLNode {
    guard case .mapping(var entries) = node.content else { return node }
    for index in entries.indices where ["catalog", "policy"].contains(entries[index].key) {
      guard case .scalar(let name, _) = entries[index].value.content,
        let path = files.resolve(name, at: entries[index].value.place),
        let whole = files.load(path)
      else { continue }
      entries[index].value = whole
    }
    return YAMLNode(content: .mapping(entries), place: node.place)
  }

  private func read(_ node: YAMLNode, forReplay: Bool) -> Scenario? {
    guard let root = Fields(node, as: ScenarioFormat.scenario, log: log) else { return nil }
    let errors = log.diagnostics.count
    let catalogReader = CatalogReader(log: log)
    var catalog =
      root["catalog"].flatMap { catalogReader.catalog(at: $0, in: files) } ?? Catalog()
    if !catalog.models.isEmpty { catalogReader.overlay(root.entries("prices"), on: &catalog) }
    let compared = root["compare_catalog"].flatMap { catalogReader.catalog(at: $0, in: files) }
    let models = ModelNames(catalog: catalog, log: log, isSound: log.diagnostics.count == errors)
    let policy = root["policy"].flatMap {
      PolicyReader(log: log, models: models).policy(at: $0, in: files)
    }
    let isSound = log.diagnostics.count == errors
    let period = root["period"].flatMap { PeriodReader(log: log).read($0) }
    var scenario = Scenario(
      name: name(root), period: period ?? .empty, seed: seed(root), plans: plans(root),
      catalog: catalog, policy: policy ?? Policy(name: "", rules: []), behaviours: [],
      workloads: [])
    scenario.title = root.text("title") ?? ""
    readTargets(root, models, period: period, into: &scenario)
    readWatch(root, models, into: &scenario)
    let placed = readDemand(root, into: &scenario)
    scenario.replay = root["replay"].map { ReplayReader(log: log).read($0) } ?? ReplaySettings()
    if forReplay, scenario.budget?.actions.isEmpty == false, let node = root["budget"] {
      log.add(
        node.place, "a log is replayed as it happened, so budget lines cannot 'act' on it",
        hint: "leave 'act' out, for example with --override budget.thresholds=[]")
    }
    if !forReplay, period != nil, policy != nil, !catalog.models.isEmpty {
      var checks = ScenarioChecks(
        log: log, scenario: scenario, root: root, isRoutingSound: isSound)
      checks.run(placed)
      if let compared {
        // The same calls must have prices there as well.
        let other = ComparedCatalog(compared, pricing: catalog)
        var priced = scenario
        priced.catalog = other.catalog
        checks = ScenarioChecks(log: log, scenario: priced, root: root, isRoutingSound: isSound)
        checks.run(placed)
        scenario.compared = other
      }
    }
    scenario.inputs = files.inputs
    return period == nil || policy == nil ? nil : scenario
  }

  // MARK: Parts

  /// Names a folder, so nothing that could lead elsewhere.
  private func name(_ root: Fields) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let stem = file.hasSuffix(".yaml") ? String(file.dropLast(5)) : file
    guard let node = root["name"] else { return stem }
    guard let name = log.text(node) else { return stem }
    if name.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._-]{0,99}/) == nil {
      log.add(node.place, "expected a name of letters, digits, '.', '_' and '-', not '\(name)'")
    }
    return name
  }

  private func seed(_ root: Fields) -> UInt64 {
    UInt64(root.count("seed", in: 0...Int64.max) ?? 1)
  }

  private func plans(_ root: Fields) -> [PlanSpec] {
    guard let node = root["plans"], let items = log.list(node) else { return [] }
    return UserReader(log: log).plans(items, at: node.place)
  }

  private func readTargets(
    _ root: Fields, _ models: ModelNames, period: Period?, into scenario: inout Scenario
  ) {
    let targets = TargetReader(log: log, models: models)
    for entry in root.entries("chains") {
      var chain: [ModelID] = []
      for id in (log.list(entry.value) ?? []).compactMap({ models.id($0) })
      where !chain.contains(id) { chain.append(id) }
      scenario.chains[entry.key] = chain
    }
    scenario.regions = targets.regions(root.entries("regions"))
    scenario.behaviours = targets.behaviours(root, catalog: models.catalog)
    scenario.retry = retry(root)
    scenario.billFailures = root.choice("bill_failures", of: FailureBilling.self) ?? .none
    if let period {
      let local = LocalTime(offsets: period.offsets)
      scenario.outages = root.list("outages").compactMap {
        targets.outage($0, local: local, regions: scenario.regions)
      }
    }
  }

  private func retry(_ root: Fields) -> RetrySettings {
    var retry = RetrySettings()
    guard let fields = root.fields("retry", as: ScenarioFormat.retry) else { return retry }
    retry.max = Int(fields.count("max", in: 0...100) ?? 0)
    retry.base = fields.duration("base") ?? .zero
    retry.cap = fields.duration("cap") ?? SimDuration(microseconds: .max)
    return retry
  }

  private func readWatch(_ root: Fields, _ models: ModelNames, into scenario: inout Scenario) {
    scenario.cache = root["cache"].map { CacheReader(log: log).read($0) } ?? CacheSettings()
    let actions = BudgetActionReader(
      log: log, policies: PolicyReader(log: log, models: models), files: files,
      chains: scenario.chains)
    scenario.budget = root["budget"].flatMap {
      BudgetReader(log: log, actions: actions).read($0)
    }
    scenario.alerts = root.entries("alerts").compactMap { AlertReader(log: log).read($0) }
    scenario.thresholds = root.entries("thresholds").flatMap {
      ThresholdReader(log: log, models: models).read($0)
    }
    scenario.assumptions = root["assumptions"].map { log.texts($0).map(\.text) } ?? []
    scenario.published = root.list("published").compactMap {
      PublishedReader(log: log, models: models).read($0)
    }
  }

  private func readDemand(_ root: Fields, into scenario: inout Scenario) -> [PlacedWorkload] {
    scenario.users = root["users"].map { UserReader(log: log).population($0) } ?? UserPopulation()
    let flat = (TrafficProfile.flat, ArrivalProcess.poisson)
    let traffic = root["traffic"].map { TrafficReader(log: log).read($0, over: flat) } ?? flat
    let reader = WorkloadReader(
      log: log, traffic: traffic, accountPlans: scenario.users.accountPlans.map(\.name))
    let entries = root.entries("workloads")
    if case .mapping = root["workloads"]?.content, entries.isEmpty, let node = root["workloads"] {
      log.add(node.place, "expected at least one workload")
    }
    let placed = entries.compactMap { reader.read($0) }
    scenario.workloads = placed.map(\.workload)
    return placed
  }
}

extension Period {
  /// Stands in for a period that could not be read, until the errors are thrown.
  fileprivate static let empty = Period(timeZone: "UTC", offsets: [], months: [], days: [])
}
